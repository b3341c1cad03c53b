use super::*;
use crate::mail::auto::Bounce;
use crate::mail::letter::Person;

fn signer() -> Signer {
    Signer::new(&[7; 32], "CRM.example.com")
}

fn ids() -> (Uuid, Uuid) {
    (
        Uuid::from_u128(0x0195_5a3b_1111_7222_8333_4444_5555_6666),
        Uuid::from_u128(0xffff_ffff_ffff_7fff_bfff_ffff_ffff_ffff),
    )
}

fn to(address: &str) -> Letter {
    Letter { to: vec![Person::new("", address)], ..Letter::default() }
}

#[test]
fn letters_with_what_we_signed_find_their_ticket() {
    let (signer, (ticket, message)) = (signer(), ids());
    let id = signer.message_id(ticket, message);
    assert_eq!(signer.ticket_of(&Letter { in_reply_to: vec![id.clone()], ..Letter::default() }), Some(ticket));
    let references = vec!["other@x".to_owned(), id.clone(), "last@y".to_owned()];
    assert_eq!(signer.ticket_of(&Letter { references, ..Letter::default() }), Some(ticket));
    let address = signer.reply_address("support@crm.example.com", ticket);
    assert!(address.starts_with("support+") && address.split('@').next().unwrap().len() <= 64, "{address}");
    assert_eq!(signer.ticket_of(&to(&address)), Some(ticket));
    let delivered = Letter { delivered_to: vec![address], ..Letter::default() };
    assert_eq!(signer.ticket_of(&delivered), Some(ticket));
    let bounce = Auto::Bounce(Bounce { original_id: Some(id), ..Bounce::default() });
    assert_eq!(signer.ticket_of(&Letter { auto: bounce, ..Letter::default() }), Some(ticket));
    let bounce = Auto::Bounce(Bounce { original_mark: Some(signer.mark(ticket)), ..Bounce::default() });
    assert_eq!(signer.ticket_of(&Letter { auto: bounce, ..Letter::default() }), Some(ticket));
}

#[test]
fn addresses_and_ids_survive_what_servers_do_to_them() {
    let (signer, (ticket, message)) = (signer(), ids());
    let id = signer.message_id(ticket, message);
    assert_eq!(id, id.to_lowercase());
    assert_eq!(signer.ticket_of_id(&format!("<{}>", id.to_uppercase())), Some(ticket));
    let address = signer.reply_address("Support@crm.example.com", ticket);
    let mark = signer.mark(ticket);
    for changed in [
        address.to_uppercase(),
        address.to_lowercase(),
        address.replace('+', "-"),
        address.replace('+', "="),
        address.replace('+', "%2B"),
        format!("\"support+{mark}\"@crm.example.com"),
        format!("support+folder+{mark}@crm.example.com."),
        format!("prvs=0123=support+{mark}@crm.example.com"),
    ] {
        assert_eq!(signer.ticket_of_address(&changed), Some(ticket), "{changed}");
    }
}

#[test]
fn what_is_made_up_gains_nothing() {
    let (signer, (ticket, message)) = (signer(), ids());
    let other = Uuid::from_u128(ticket.as_u128() ^ 1);
    let (id, mark) = (signer.message_id(ticket, message), signer.mark(ticket));
    let forged = id.replace(&letters(ticket.as_bytes()), &letters(other.as_bytes()));
    assert_ne!(forged, id);
    assert_eq!(signer.ticket_of_id(&forged), None);
    assert_eq!(signer.ticket_of_mark(&mark.replace(&letters(ticket.as_bytes()), &letters(other.as_bytes()))), None);
    // Every single letter counts, and there is one way to write it.
    for at in 0..mark.len() {
        for letter in "ab7-.".chars() {
            let changed: String = mark.chars().enumerate().map(|(n, c)| if n == at { letter } else { c }).collect();
            assert_eq!(signer.ticket_of_mark(&changed), (changed == mark).then_some(ticket), "{changed}");
        }
    }
    for bad in [
        "",
        ".",
        "a.b",
        "+@crm.example.com",
        "support@crm.example.com",
        "ticket.a.b.c@crm.example.com",
        &mark[..mark.len() - 1],
    ] {
        assert_eq!(
            (signer.ticket_of_id(bad), signer.ticket_of_address(bad), signer.ticket_of_mark(bad)),
            (None, None, None),
            "{bad}"
        );
    }
    // A mark is no signature of an id, another key and another domain are others.
    assert_ne!(Signer::new(&[8; 32], "crm.example.com").mark(ticket), mark);
    assert_ne!(Signer::new(&[7; 32], "b.example.com").mark(ticket), mark);
    assert_eq!(signer.ticket_of_address(&format!("support+{mark}@evil.example")), None);
    assert_eq!(signer.ticket_of_id(&id.replace("crm.example.com", "evil.example")), None);
}

#[test]
fn addresses_without_room_or_elsewhere_stay_as_they_are() {
    let (ticket, _) = ids();
    let long = format!("{}@crm.example.com", "a".repeat(30));
    assert_eq!(signer().reply_address(&long, ticket), long);
    assert_eq!(signer().reply_address("a@other.example", ticket), "a@other.example");
    assert_eq!(signer().reply_address("nobody", ticket), "nobody");
}

#[test]
fn our_own_letters_are_known_when_they_come_back() {
    let (signer, (ticket, message)) = (signer(), ids());
    let own = Letter { message_id: signer.message_id(ticket, message), ..Letter::default() };
    assert!(signer.is_own(&own));
    assert!(signer.is_own(&Letter { desk_mark: Some(signer.mark(ticket)), ..Letter::default() }));
    let stranger = Letter { desk_mark: Some("made.up".to_owned()), message_id: "x@y".to_owned(), ..Letter::default() };
    assert!(!signer.is_own(&stranger));
}

#[test]
fn letters_and_bytes_are_each_others() {
    for seed in 0..200_u8 {
        let given: [u8; 8] =
            std::array::from_fn(|at| seed.wrapping_mul(31).wrapping_add(u8::try_from(at).unwrap().wrapping_mul(97)));
        assert_eq!(bytes::<8>(&letters(&given)), Some(given));
        let given = [seed; 16];
        assert_eq!(bytes::<16>(&letters(&given)), Some(given));
    }
}
