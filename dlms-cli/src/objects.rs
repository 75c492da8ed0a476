use serde_json::{Map, Value, json};

use crate::class_name::class_name;
use crate::connection::OnlineArgs;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::{Session, ViewedObject};
use crate::table::Table;

/// Lists the objects of a meter and what may be done with them: its association view.
///
/// Example: dlms objects --tcp meter:4059 --class 3
#[derive(Debug, clap::Args)]
pub(crate) struct ObjectsArgs {
    /// Only objects of this class.
    #[arg(long, value_name = "CLASS")]
    class: Option<u16>,
    #[command(flatten)]
    online: OnlineArgs,
}

/// Runs `dlms objects`.
pub(crate) fn run(args: &ObjectsArgs, output: &Output) -> Result<(), Failure> {
    let mut objects = Session::run(&args.online, |session| Ok(session.view()?.objects.clone()))?;
    objects.retain(|object| args.class.is_none_or(|class| object.class == class));
    let json: Value = objects.iter().map(to_json).collect();
    output.print(&json, |_| table(&objects))
}

fn to_json(object: &ViewedObject) -> Value {
    let modes = |modes: &[(i8, String)]| -> Map<String, Value> {
        modes.iter().map(|(id, mode)| (id.to_string(), mode.clone().into())).collect()
    };
    let mut json = json!({
        "class": object.class,
        "version": object.version,
        "obis": object.obis.to_string(),
        "name": object.obis.describe().to_string(),
        "attributes": modes(&object.attributes),
        "methods": modes(&object.methods),
    });
    if let (Some(json), Some(base_name)) = (json.as_object_mut(), object.base_name) {
        json.insert("base-name".into(), base_name.into());
    }
    json
}

fn table(objects: &[ViewedObject]) -> String {
    let mut table = Table::new([1, 2]);
    table.row(["OBIS", "class", "version", "class name", "name", "may be"]);
    for object in objects {
        table.row([
            object.obis.to_string(),
            object.class.to_string(),
            object.version.to_string(),
            class_name(object.class).to_owned(),
            object.obis.describe().to_string(),
            rights(object),
        ]);
    }
    table.text()
}

/// Numbers of attributes and methods by what may be done with them: `read 1-3, invoke 1`.
fn rights(object: &ViewedObject) -> String {
    let mut groups: Vec<(&str, Vec<i8>)> = Vec::new();
    for (id, mode) in object.attributes.iter().chain(&object.methods).filter(|(_, mode)| mode != "none") {
        match groups.iter_mut().find(|(known, _)| known == mode) {
            Some((_, ids)) => ids.push(*id),
            None => groups.push((mode, vec![*id])),
        }
    }
    let groups = groups.iter().map(|(mode, ids)| format!("{mode} {}", ranges(ids)));
    groups.collect::<Vec<_>>().join(", ")
}

/// `1-3,7`
fn ranges(ids: &[i8]) -> String {
    let mut ranges: Vec<(i8, i8)> = Vec::new();
    for &id in ids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(id) => *last = id,
            _ => ranges.push((id, id)),
        }
    }
    let ranges = ranges.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    ranges.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_a_row_are_drawn_together() {
        assert_eq!(ranges(&[1, 2, 3, 7]), "1-3,7");
        assert_eq!(ranges(&[-1, 1]), "-1,1");
        assert_eq!(ranges(&[]), "");
    }
}
