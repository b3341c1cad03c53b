//! tmp
use shared::access::Actor; use uuid::Uuid; use shared::Result;
impl crate::Store { /// tmp
pub async fn actor(&self, org_id: Uuid, user_id: Uuid)->Result<Actor>{ Ok(Actor{org_id,user_id,team_id:None,teams_below:vec![],grants:Default::default()}) } }
