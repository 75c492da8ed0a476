use obis::ObisCode;

use super::Object;

/// The objects of a logical device.
pub trait Objects {
    /// How many there are.
    fn len(&self) -> usize;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number `index`, in the order of the object list.
    fn at(&self, index: usize) -> Option<&dyn Object>;

    /// Number `index`, to change.
    fn at_mut(&mut self, index: usize) -> Option<&mut dyn Object>;

    /// The number of the object with this class and name.
    fn find(&self, class_id: u16, logical_name: ObisCode) -> Option<usize> {
        (0..self.len()).find(|i| {
            self.at(*i).is_some_and(|o| o.logical_name() == logical_name && o.class().id == class_id)
        })
    }

    /// Whether any object has this name.
    fn has_name(&self, logical_name: ObisCode) -> bool {
        (0..self.len()).any(|i| self.at(i).is_some_and(|o| o.logical_name() == logical_name))
    }
}

impl Objects for [&mut dyn Object] {
    fn len(&self) -> usize {
        <[_]>::len(self)
    }
    fn at(&self, index: usize) -> Option<&dyn Object> {
        self.get(index).map(|o| &**o as &dyn Object)
    }
    fn at_mut(&mut self, index: usize) -> Option<&mut dyn Object> {
        self.get_mut(index).map(|o| &mut **o as &mut dyn Object)
    }
}

impl<const N: usize> Objects for [&mut dyn Object; N] {
    fn len(&self) -> usize {
        N
    }
    fn at(&self, index: usize) -> Option<&dyn Object> {
        self.get(index).map(|o| &**o as &dyn Object)
    }
    fn at_mut(&mut self, index: usize) -> Option<&mut dyn Object> {
        self.get_mut(index).map(|o| &mut **o as &mut dyn Object)
    }
}

impl<O: Objects + ?Sized> Objects for &mut O {
    fn len(&self) -> usize {
        (**self).len()
    }
    fn at(&self, index: usize) -> Option<&dyn Object> {
        (**self).at(index)
    }
    fn at_mut(&mut self, index: usize) -> Option<&mut dyn Object> {
        (**self).at_mut(index)
    }
    fn find(&self, class_id: u16, logical_name: ObisCode) -> Option<usize> {
        (**self).find(class_id, logical_name)
    }
    fn has_name(&self, logical_name: ObisCode) -> bool {
        (**self).has_name(logical_name)
    }
}

/// Objects on the heap, kept sorted by name and class, so that one of many is found quickly.
#[cfg(feature = "alloc")]
#[derive(Default)]
pub struct ObjectList(alloc::vec::Vec<alloc::boxed::Box<dyn Object + Send>>);

#[cfg(feature = "alloc")]
impl ObjectList {
    /// No objects.
    #[must_use]
    pub const fn new() -> Self {
        Self(alloc::vec::Vec::new())
    }

    /// Adds an object; one with the same class and name makes way for it.
    pub fn insert(&mut self, object: impl Object + Send + 'static) {
        let key = (object.logical_name(), object.class().id);
        let object: alloc::boxed::Box<dyn Object + Send> = alloc::boxed::Box::new(object);
        match self.0.binary_search_by_key(&key, |o| (o.logical_name(), o.class().id)) {
            Ok(i) => {
                if let Some(slot) = self.0.get_mut(i) {
                    *slot = object;
                }
            }
            Err(i) => self.0.insert(i, object),
        }
    }
}

#[cfg(feature = "alloc")]
impl core::fmt::Debug for ObjectList {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|o| (o.logical_name(), o.class().id))).finish()
    }
}

#[cfg(feature = "alloc")]
impl Objects for ObjectList {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn at(&self, index: usize) -> Option<&dyn Object> {
        self.0.get(index).map(|o| &**o as &dyn Object)
    }
    fn at_mut(&mut self, index: usize) -> Option<&mut dyn Object> {
        self.0.get_mut(index).map(|o| &mut **o as &mut dyn Object)
    }
    fn find(&self, class_id: u16, logical_name: ObisCode) -> Option<usize> {
        self.0.binary_search_by_key(&(logical_name, class_id), |o| (o.logical_name(), o.class().id)).ok()
    }
    fn has_name(&self, logical_name: ObisCode) -> bool {
        let i = self.0.partition_point(|o| o.logical_name() < logical_name);
        self.0.get(i).is_some_and(|o| o.logical_name() == logical_name)
    }
}
