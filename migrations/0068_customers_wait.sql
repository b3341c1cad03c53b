-- What a ticket came with is the first that its customer said: who waits longest is known of each. By itself, so that nobody who reads
-- waits for it.
update tickets set customer_wrote_at = received_at where customer_wrote_at is null and received_at is not null;
