//! `dlms probe`: finds a meter that is not known well.

mod place;
mod search;

use serde_json::{Value, json};

use crate::connection::OnlineArgs;
use crate::failure::{Failure, FailureKind};
use crate::nameplate;
use crate::output::Output;
use crate::session::Session;

use place::Place;
use search::Search;

/// Finds out how a meter is reached: which transport it speaks, at which speed, at an address of which size. The other
/// flags narrow the search; it ends after a number of tries that is told beforehand.
///
/// Example: dlms probe --serial /dev/ttyUSB0
#[derive(Debug, clap::Args)]
pub(crate) struct ProbeArgs {
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms probe`.
pub(crate) fn run(args: &ProbeArgs, output: &Output) -> Result<(), Failure> {
    let flags = args.online.flags()?;
    let mut search = Search::new(&flags)?;
    eprintln!("probe: {} places to look at most", search.most());
    let Some(place) = search.run()? else {
        let message = format!("nobody answered in {} tries", search.tries());
        return Err(Failure::new(FailureKind::Timeout, message));
    };
    // Whether the meter wants to talk, too, as far as the flags know how to.
    let greeting = Session::run_with(place.applied_to(flags), |session| {
        let negotiated = session.negotiated();
        let agreed = json!({"max-pdu-size": negotiated.server_max_receive_pdu_size});
        Ok((agreed, nameplate::read(session).ok()))
    });
    let document = document(&place, &search, &greeting);
    output.print(&document, |_| text(&place, &search, &greeting))
}

type Greeting = Result<(Value, Option<nameplate::Nameplate>), Failure>;

fn document(place: &Place, search: &Search, greeting: &Greeting) -> Value {
    let mut document = place.to_json();
    if let Some(members) = document.as_object_mut() {
        members.insert("tries".into(), json!(search.tries()));
        members.insert("flags".into(), json!(place.flags()));
        match greeting {
            Ok((agreed, nameplate)) => {
                members.insert("association".into(), agreed.clone());
                if let Some(nameplate) = nameplate {
                    members.insert("nameplate".into(), nameplate.to_json());
                }
            }
            Err(failure) => {
                members.insert("association".into(), failure.to_json());
            }
        }
    }
    document
}

fn text(place: &Place, search: &Search, greeting: &Greeting) -> String {
    let found =
        format!("found after {} tries: {place}\nflags: {}\n", search.tries(), place.flags().join(" "));
    match greeting {
        Ok((_, Some(nameplate))) => format!("{found}{}", nameplate.text()),
        Ok((_, None)) => format!("{found}it associates\n"),
        Err(failure) => format!("{found}it does not associate: {failure}\n"),
    }
}
