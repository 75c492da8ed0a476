//! [`class!`](crate::class) and the steps its dispatchers share.

use dlms_core::apdu::{ActionResult, DataAccessResult};
use dlms_core::codec::{Encode, Writer};
use dlms_core::data::{ArrayView, Data, DataType};

use super::Value;

/// The table of an interface class, in the Blue Book's order. Everything else follows from it.
///
/// ```
/// use cosem_classes::class;
/// use cosem_classes::model::{Answer, Effect, Instance, Object};
/// use dlms_core::apdu::{ActionResult, DataAccessResult};
/// use dlms_core::codec::Writer;
/// use dlms_core::data::{Any, Data};
/// use obis::obis;
///
/// class! {
///     /// A tank of the manufacturer's.
///     pub Tank = 8192, version 0, "Tank", methods at 0x20;
///     attributes {
///         /// What is in it.
///         2 level, set_level: u16, dynamic;
///         /// The last levels.
///         3 history[past_level]: Array<u16>, dynamic;
///     }
///     methods {
///         /// Lets everything out.
///         1 drain(0);
///         /// Lets some out and tells how much there was.
///         2 draw(u16) -> u16;
///     }
/// }
/// # use dlms_core::data::Array;
/// struct Rain(u16);
/// impl Serve for Rain {
///     fn level(&self) -> Answer<'_, u16> {
///         Ok(self.0)
///     }
///     fn drain(&mut self) -> Result<Effect, ActionResult> {
///         self.0 = 0;
///         Ok(Effect::None)
///     }
/// }
/// assert_eq!(Tank::INFO.attributes[2].name, "history");
/// assert_eq!(Tank::at(obis!("0-0:128.0.0.255")).level().descriptor().id, 2);
///
/// let mut tank = Instance::<Tank, _>::new(obis!("0-0:128.0.0.255"), Rain(7));
/// let mut out = [0; 8];
/// let mut w = Writer::new(&mut out);
/// tank.get(2, None, &mut w)?;
/// assert_eq!(w.finish(), Ok(&[18, 0, 7][..]));
/// assert_eq!(tank.set(2, None, Data::LongUnsigned(9)), Err(DataAccessResult::ReadWriteDenied));
/// assert_eq!(tank.invoke(1, Data::Integer(0), &mut Writer::new(&mut [])), Ok(Effect::None));
/// assert_eq!(tank.state.0, 0);
/// # Ok::<_, DataAccessResult>(())
/// ```
///
/// The header has the name in Rust, class_id, version, the name in the Blue Book and the offset of the first
/// method from the base name. A row of the table is a number, a name, a type, and `static` or `dynamic`; and where
/// it applies, in this order:
///
/// | | |
/// |---|---|
/// | `as "LLS_secret"` | the Blue Book's spelling, where it is not the name in Rust |
/// | `[script]` | an array: the server says which rows there are, then writes one after the other with `script` |
/// | `selectors(1, 2)` | what selective access it has; the server is handed the selection |
/// | `, set_value` | a client may write it; the rows of an array are of the right type when they get here |
/// | `(0)` | a method whose parameter is integer (0): nothing, null-data and any other integer will do |
/// | `-> OctetString` | a method with a result, which the server writes |
/// | `captures through capture_target;` | after the methods: the server may be a [`CaptureTarget`](crate::model::CaptureTarget) |
///
/// It expands to the handle of that name, for clients, and to the trait `Serve`, for servers, in the module it is
/// in: one class a module.
#[macro_export]
macro_rules! class {
    (
        $(#[$meta:meta])*
        $vis:vis $name:ident = $id:literal, version $version:literal, $text:literal
            $(, methods at $offset:literal)?;
        attributes { $(
            $(#[$am:meta])*
            $aid:literal $aname:ident $(as $atext:literal)? $([$row:ident])? $(selectors($($selector:literal),+))?
                $(, $setter:ident)? : $aty:ty, $storage:ident;
        )* }
        $(methods { $(
            $(#[$mm:meta])*
            $mid:literal $mname:ident $(as $mtext:literal)? ($($parameter:tt)*) $(-> $result:ty)?;
        )* })?
        $(captures through $target:ident;)?
    ) => {
        $(#[$meta])*
        ///
        /// This is the handle by which a client names the attributes and methods of one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        $vis struct $name {
            logical_name: $crate::obis::ObisCode,
        }

        impl $crate::model::Class for $name {
            const INFO: $crate::model::ClassInfo = Self::INFO;
        }

        impl $name {
            /// The table of the class.
            pub const INFO: $crate::model::ClassInfo = $crate::model::ClassInfo {
                id: $id,
                version: $version,
                name: $text,
                short_name_methods: 0 $(+ $offset)?,
                attributes: &[
                    $crate::model::AttributeInfo {
                        id: 1,
                        name: "logical_name",
                        storage: $crate::model::Storage::Static,
                        writable: false,
                        selectors: &[],
                    },
                    $($crate::model::AttributeInfo {
                        id: $aid,
                        name: $crate::class!(@text $aname $($atext)?),
                        storage: $crate::class!(@storage $storage),
                        writable: $crate::class!(@writable $($setter)?),
                        selectors: &[$($($selector),+)?],
                    },)*
                ],
                methods: &[
                    $($($crate::model::MethodInfo {
                        id: $mid,
                        name: $crate::class!(@text $mname $($mtext)?),
                    },)*)?
                ],
            };

            /// The object with this logical name.
            #[must_use]
            pub const fn at(logical_name: $crate::obis::ObisCode) -> Self {
                Self { logical_name }
            }

            /// The object's name.
            #[must_use]
            pub const fn logical_name(self) -> $crate::model::Attribute<$crate::obis::ObisCode> {
                $crate::model::Attribute::new($id, self.logical_name, 1)
            }

            $(
                $(#[$am])*
                #[must_use]
                pub const fn $aname(self) -> $crate::model::Attribute<$aty> {
                    $crate::model::Attribute::new($id, self.logical_name, $aid)
                }
            )*
            $($(
                $(#[$mm])*
                #[must_use]
                pub const fn $mname(
                    self,
                ) -> $crate::model::Method<$crate::class!(@parameter $($parameter)*), $crate::class!(@result $($result)?)>
                {
                    $crate::model::Method::new($id, self.logical_name, $mid)
                }
            )*)?
        }

        /// What a server implements to host one; everything it leaves out is refused.
        ///
        $(#[$meta])*
        $vis trait Serve {
            $($crate::class!(
                @serve [$(#[$am])*] $aname [$($row)?] [$($($selector)+)?] [$($setter)?] $aty
            );)*
            $($($crate::class!(@method [$(#[$mm])*] $mname [$($parameter)*] [$($result)?]);)*)?
            $($crate::class!(@serve_captures $target);)?
        }

        impl<T: Serve> $crate::model::Dispatch<T> for $name {
            fn get(
                state: &T,
                id: i8,
                selection: ::core::option::Option<&$crate::dlms_core::apdu::SelectiveAccess<'_>>,
                w: &mut $crate::dlms_core::codec::Writer<'_>,
            ) -> ::core::result::Result<$crate::model::Value, $crate::dlms_core::apdu::DataAccessResult> {
                let _ = (state, selection, &w);
                match id {
                    $($aid => $crate::class!(@get state selection w $aname [$($row)?] [$($($selector)+)?]),)*
                    _ => Err($crate::dlms_core::apdu::DataAccessResult::ObjectUndefined),
                }
            }

            fn row(
                state: &T,
                id: i8,
                selection: ::core::option::Option<&$crate::dlms_core::apdu::SelectiveAccess<'_>>,
                row: u32,
                w: &mut $crate::dlms_core::codec::Writer<'_>,
            ) -> ::core::result::Result<(), $crate::dlms_core::apdu::DataAccessResult> {
                let _ = (state, selection, row, &w);
                match id {
                    $($aid => $crate::class!(@row state selection row w [$($row)?] [$($($selector)+)?]),)*
                    _ => Err($crate::dlms_core::apdu::DataAccessResult::ObjectUndefined),
                }
            }

            fn set(
                state: &mut T,
                id: i8,
                value: $crate::dlms_core::data::Data<'_>,
            ) -> ::core::result::Result<$crate::model::Effect, $crate::dlms_core::apdu::DataAccessResult> {
                let _ = (&state, value);
                match id {
                    $($aid => $crate::class!(@set state value [$($row)?] [$($setter)?] $aty),)*
                    _ => Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied),
                }
            }

            fn invoke(
                state: &mut T,
                id: i8,
                parameter: $crate::dlms_core::data::Data<'_>,
                w: &mut $crate::dlms_core::codec::Writer<'_>,
            ) -> ::core::result::Result<$crate::model::Effect, $crate::dlms_core::apdu::ActionResult> {
                let _ = (&state, parameter, &w);
                match id {
                    $($($mid => $crate::class!(@invoke state parameter w $mname [$($parameter)*] [$($result)?]),)*)?
                    _ => Err($crate::dlms_core::apdu::ActionResult::ObjectUndefined),
                }
            }

            $($crate::class!(@dispatch_captures $target);)?
        }
    };

    (@text $name:ident) => { stringify!($name) };
    (@text $name:ident $text:literal) => { $text };
    (@storage static) => { $crate::model::Storage::Static };
    (@storage dynamic) => { $crate::model::Storage::Dynamic };
    (@writable) => { false };
    (@writable $setter:ident) => { true };
    (@parameter 0) => { i8 };
    (@parameter $parameter:ty) => { $parameter };
    (@result) => { () };
    (@result $result:ty) => { $result };

    (@serve [$($m:tt)*] $name:ident [] [] [$($setter:ident)?] $ty:ty) => {
        $($m)*
        fn $name(&self) -> $crate::model::Answer<'_, $ty> {
            Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied)
        }
        $($crate::class!(@setter $name $setter $ty);)?
    };
    (@serve [$($m:tt)*] $name:ident [] [$($selector:literal)+] [$($setter:ident)?] $ty:ty) => {
        $($m)*
        fn $name(
            &self,
            selection: ::core::option::Option<&$crate::dlms_core::apdu::SelectiveAccess<'_>>,
        ) -> $crate::model::Answer<'_, $ty> {
            let _ = selection;
            Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied)
        }
        $($crate::class!(@setter $name $setter $ty);)?
    };
    (@serve [$($m:tt)*] $name:ident [$row:ident] [] [$($setter:ident)?] $ty:ty) => {
        $($m)*
        ///
        /// The rows there are.
        fn $name(&self) -> ::core::result::Result<$crate::model::Rows, $crate::dlms_core::apdu::DataAccessResult> {
            Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied)
        }
        #[doc = concat!("Writes row number `row` of [`", stringify!($name), "`](Self::", stringify!($name), ").")]
        fn $row(
            &self,
            row: u32,
            w: &mut $crate::dlms_core::codec::Writer<'_>,
        ) -> ::core::result::Result<(), $crate::dlms_core::apdu::DataAccessResult> {
            let _ = (row, w);
            Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied)
        }
        $($crate::class!(@setter $name $setter $ty);)?
    };
    (@serve [$($m:tt)*] $name:ident [$row:ident] [$($selector:literal)+] [$($setter:ident)?] $ty:ty) => {
        $($m)*
        ///
        /// The rows that are selected.
        fn $name(
            &self,
            selection: ::core::option::Option<&$crate::dlms_core::apdu::SelectiveAccess<'_>>,
        ) -> ::core::result::Result<$crate::model::Rows, $crate::dlms_core::apdu::DataAccessResult> {
            let _ = selection;
            Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied)
        }
        #[doc = concat!("Writes what is selected of row number `row` of [`", stringify!($name), "`](Self::", stringify!($name), ").")]
        fn $row(
            &self,
            selection: ::core::option::Option<&$crate::dlms_core::apdu::SelectiveAccess<'_>>,
            row: u32,
            w: &mut $crate::dlms_core::codec::Writer<'_>,
        ) -> ::core::result::Result<(), $crate::dlms_core::apdu::DataAccessResult> {
            let _ = (selection, row, w);
            Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied)
        }
        $($crate::class!(@setter $name $setter $ty);)?
    };
    (@setter $name:ident $setter:ident $ty:ty) => {
        #[doc = concat!("Sets [`", stringify!($name), "`](Self::", stringify!($name), ").")]
        fn $setter(
            &mut self,
            value: <$ty as $crate::dlms_core::data::DataType>::View<'_>,
        ) -> ::core::result::Result<$crate::model::Effect, $crate::dlms_core::apdu::DataAccessResult> {
            let _ = value;
            Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied)
        }
    };
    (@method [$($m:tt)*] $name:ident [0] []) => {
        $($m)*
        fn $name(&mut self) -> ::core::result::Result<$crate::model::Effect, $crate::dlms_core::apdu::ActionResult> {
            Err($crate::dlms_core::apdu::ActionResult::ObjectUndefined)
        }
    };
    (@method [$($m:tt)*] $name:ident [0] [$result:ty]) => {
        $($m)*
        fn $name(
            &mut self,
            result: &mut $crate::dlms_core::codec::Writer<'_>,
        ) -> ::core::result::Result<$crate::model::Effect, $crate::dlms_core::apdu::ActionResult> {
            let _ = result;
            Err($crate::dlms_core::apdu::ActionResult::ObjectUndefined)
        }
    };
    (@method [$($m:tt)*] $name:ident [$parameter:ty] []) => {
        $($m)*
        fn $name(
            &mut self,
            parameter: <$parameter as $crate::dlms_core::data::DataType>::View<'_>,
        ) -> ::core::result::Result<$crate::model::Effect, $crate::dlms_core::apdu::ActionResult> {
            let _ = parameter;
            Err($crate::dlms_core::apdu::ActionResult::ObjectUndefined)
        }
    };
    (@method [$($m:tt)*] $name:ident [$parameter:ty] [$result:ty]) => {
        $($m)*
        fn $name(
            &mut self,
            parameter: <$parameter as $crate::dlms_core::data::DataType>::View<'_>,
            result: &mut $crate::dlms_core::codec::Writer<'_>,
        ) -> ::core::result::Result<$crate::model::Effect, $crate::dlms_core::apdu::ActionResult> {
            let _ = (parameter, result);
            Err($crate::dlms_core::apdu::ActionResult::ObjectUndefined)
        }
    };
    (@serve_captures $target:ident) => {
        /// This object as one that captures others.
        fn $target(&mut self) -> ::core::option::Option<&mut dyn $crate::model::CaptureTarget> {
            None
        }
    };
    (@dispatch_captures $target:ident) => {
        fn capture_target(state: &mut T) -> ::core::option::Option<&mut dyn $crate::model::CaptureTarget> {
            state.$target()
        }
    };

    (@get $state:ident $selection:ident $w:ident $name:ident [] []) => {
        $crate::model::written($state.$name(), $w)
    };
    (@get $state:ident $selection:ident $w:ident $name:ident [] [$($selector:literal)+]) => {
        $crate::model::written($state.$name($selection), $w)
    };
    (@get $state:ident $selection:ident $w:ident $name:ident [$row:ident] []) => {
        $state.$name().map($crate::model::Value::Rows)
    };
    (@get $state:ident $selection:ident $w:ident $name:ident [$row:ident] [$($selector:literal)+]) => {
        $state.$name($selection).map($crate::model::Value::Rows)
    };
    (@row $state:ident $selection:ident $n:ident $w:ident [] [$($selector:literal)*]) => {
        Err($crate::dlms_core::apdu::DataAccessResult::ObjectUndefined)
    };
    (@row $state:ident $selection:ident $n:ident $w:ident [$row:ident] []) => {
        $state.$row($n, $w)
    };
    (@row $state:ident $selection:ident $n:ident $w:ident [$row:ident] [$($selector:literal)+]) => {
        $state.$row($selection, $n, $w)
    };
    (@set $state:ident $value:ident [$($row:ident)?] [] $ty:ty) => {
        Err($crate::dlms_core::apdu::DataAccessResult::ReadWriteDenied)
    };
    (@set $state:ident $value:ident [] [$setter:ident] $ty:ty) => {
        match <$ty as $crate::dlms_core::data::DataType>::from_data($value) {
            Some(value) => $state.$setter(value),
            None => Err($crate::dlms_core::apdu::DataAccessResult::TypeUnmatched),
        }
    };
    (@set $state:ident $value:ident [$row:ident] [$setter:ident] $ty:ty) => {
        match <$ty as $crate::dlms_core::data::DataType>::from_data($value) {
            Some(value) if $crate::model::rows_match(&value) => $state.$setter(value),
            _ => Err($crate::dlms_core::apdu::DataAccessResult::TypeUnmatched),
        }
    };
    (@invoke $state:ident $parameter:ident $w:ident $name:ident [0] []) => {
        $crate::model::check_integer_0($parameter).and_then(|()| $state.$name())
    };
    (@invoke $state:ident $parameter:ident $w:ident $name:ident [0] [$result:ty]) => {
        $crate::model::check_integer_0($parameter).and_then(|()| $state.$name($w))
    };
    (@invoke $state:ident $parameter:ident $w:ident $name:ident [$type:ty] [$($result:ty)?]) => {
        match <$type as $crate::dlms_core::data::DataType>::from_data($parameter) {
            Some(parameter) => $crate::class!(@call $state parameter $w $name [$($result)?]),
            None => Err($crate::dlms_core::apdu::ActionResult::TypeUnmatched),
        }
    };
    (@call $state:ident $parameter:ident $w:ident $name:ident []) => { $state.$name($parameter) };
    (@call $state:ident $parameter:ident $w:ident $name:ident [$result:ty]) => { $state.$name($parameter, $w) };
}

/// Whether this will do where the Blue Book wants integer (0): clients send null-data, nothing, and other widths.
///
/// # Errors
/// It will not.
#[doc(hidden)]
pub fn check_integer_0(parameter: Data<'_>) -> Result<(), ActionResult> {
    match parameter {
        Data::NullData | Data::Enum(_) => Ok(()),
        _ if parameter.as_integer().is_some() => Ok(()),
        _ => Err(ActionResult::TypeUnmatched),
    }
}

/// Writes an answer.
///
/// # Errors
/// There is none.
#[doc(hidden)]
pub fn written(
    answer: Result<impl Encode, DataAccessResult>,
    w: &mut Writer<'_>,
) -> Result<Value, DataAccessResult> {
    answer?.encode(w);
    Ok(Value::Written)
}

/// Whether all elements are of the array's type.
#[doc(hidden)]
#[must_use]
pub fn rows_match<T: DataType>(rows: &ArrayView<'_, T>) -> bool {
    rows.iter().all(|row| row.is_ok())
}
