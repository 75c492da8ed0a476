use core::fmt;
use core::marker::PhantomData;

use dlms_core::apdu::{AttributeDescriptor, MethodDescriptor};
use dlms_core::data::{Any, DataType};
use obis::ObisCode;

/// An attribute whose type the compiler knows.
pub struct Attribute<T> {
    descriptor: AttributeDescriptor,
    of: PhantomData<fn() -> T>,
}

impl<T> Attribute<T> {
    /// The attribute with these coordinates, taken to be of type `T`.
    #[must_use]
    pub const fn new(class_id: u16, logical_name: ObisCode, id: i8) -> Self {
        Self { descriptor: AttributeDescriptor::new(class_id, logical_name, id), of: PhantomData }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn descriptor(self) -> AttributeDescriptor {
        self.descriptor
    }
}

impl Attribute<Any> {
    /// The same attribute where the type it has in this meter is known.
    #[must_use]
    pub const fn of<T: DataType>(self) -> Attribute<T> {
        Attribute { descriptor: self.descriptor, of: PhantomData }
    }
}

impl<T> Clone for Attribute<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Attribute<T> {}
impl<T> fmt::Debug for Attribute<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.descriptor.fmt(f)
    }
}

/// A method whose parameter and result types the compiler knows.
pub struct Method<P, R> {
    descriptor: MethodDescriptor,
    of: PhantomData<fn(P) -> R>,
}

impl<P, R> Method<P, R> {
    /// The method with these coordinates, taken to be of these types.
    #[must_use]
    pub const fn new(class_id: u16, logical_name: ObisCode, id: i8) -> Self {
        Self { descriptor: MethodDescriptor::new(class_id, logical_name, id), of: PhantomData }
    }

    /// Its name on the wire.
    #[must_use]
    pub const fn descriptor(self) -> MethodDescriptor {
        self.descriptor
    }
}

impl<P, R> Clone for Method<P, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P, R> Copy for Method<P, R> {}
impl<P, R> fmt::Debug for Method<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.descriptor.fmt(f)
    }
}
