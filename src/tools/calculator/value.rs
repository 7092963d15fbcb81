//! Computing with exact numbers, within bounds.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use super::super::spoken::Number;

/// Numbers with more bits are refused: they would take seconds.
const MOST_BITS: u64 = 20_000;
/// Roots are rounded to so many decimals.
const ROOT_DECIMALS: u32 = 20;
const LARGEST_FACTORIAL: u32 = 1_000;

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub number: Number,
    /// Whether nothing was rounded.
    pub is_exact: bool,
    /// It was said as a percentage: "plus 10 percent" is of what stands before.
    pub is_percentage: bool,
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    NotUnderstood,
    DivisionByZero,
    TooLarge,
    NoRoot,
    NoPower,
}

impl Value {
    pub(super) fn exact(number: Number) -> Self {
        Self {
            number,
            is_exact: true,
            is_percentage: false,
        }
    }

    fn with(&self, other: &Self, number: Number) -> Result<Self, Failure> {
        let is_exact = self.is_exact && other.is_exact;
        let value = Self {
            is_exact,
            ..Self::exact(number)
        };
        if bits(&value.number) > MOST_BITS {
            return Err(Failure::TooLarge);
        }
        Ok(value)
    }

    pub(super) fn plus(&self, other: &Self) -> Result<Self, Failure> {
        let other = other.as_part_of(self)?;
        self.with(&other, &self.number + &other.number)
    }

    pub(super) fn minus(&self, other: &Self) -> Result<Self, Failure> {
        let other = other.as_part_of(self)?;
        self.with(&other, &self.number - &other.number)
    }

    /// What a percentage is of a whole; anything else as it is.
    fn as_part_of(&self, whole: &Self) -> Result<Self, Failure> {
        if self.is_percentage && !whole.is_percentage {
            return whole.times(self);
        }
        Ok(self.clone())
    }

    /// What a percentage or a fraction is of a whole; anything else as it is.
    pub(super) fn as_share_of(&self, whole: &Self) -> Result<Self, Failure> {
        let is_fraction = self.number.is_positive() && self.number < Number::from_integer(1.into());
        if is_fraction && !self.is_percentage {
            return whole.times(self);
        }
        self.as_part_of(whole)
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, Failure> {
        self.with(other, &self.number * &other.number)
    }

    pub(super) fn divided_by(&self, other: &Self) -> Result<Self, Failure> {
        if other.number.is_zero() {
            return Err(Failure::DivisionByZero);
        }
        self.with(other, &self.number / &other.number)
    }

    /// What is left of a division.
    pub(super) fn modulo(&self, other: &Self) -> Result<Self, Failure> {
        let whole = self.divided_by(other)?.number.floor();
        self.minus(&other.times(&Self::exact(whole))?)
    }

    pub(super) fn percent(&self) -> Result<Self, Failure> {
        let hundred = Self::exact(Number::from_integer(100.into()));
        let is_percentage = true;
        let value = self.divided_by(&hundred)?;
        Ok(Self {
            is_percentage,
            ..value
        })
    }

    pub(super) fn to_the_power_of(&self, exponent: &Self) -> Result<Self, Failure> {
        if !exponent.number.is_integer() {
            return Err(Failure::NoPower);
        }
        let size = exponent.number.to_integer();
        let size = size.to_i32().ok_or(Failure::TooLarge)?;
        if self.number.is_zero() && size < 0 {
            return Err(Failure::DivisionByZero);
        }
        if bits(&self.number).saturating_mul(u64::from(size.unsigned_abs())) > MOST_BITS {
            return Err(Failure::TooLarge);
        }
        self.with(exponent, self.number.pow(size))
    }

    /// The root of a degree, 2 or 3.
    pub(super) fn root(&self, degree: u32) -> Result<Self, Failure> {
        if self.number.is_negative() && degree.is_multiple_of(2) {
            return Err(Failure::NoRoot);
        }
        let (top, bottom) = (self.number.numer(), self.number.denom());
        let (top_root, bottom_root) = (top.nth_root(degree), bottom.nth_root(degree));
        if top_root.pow(degree) == *top && bottom_root.pow(degree) == *bottom {
            return self.with(self, Number::new(top_root, bottom_root));
        }
        let shift = BigInt::from(10).pow(ROOT_DECIMALS);
        let shifted = &self.number * Number::from_integer(shift.pow(degree));
        let root = shifted.to_integer().nth_root(degree);
        let rounded = self.with(self, Number::new(root, shift))?;
        let is_exact = false;
        Ok(Self {
            is_exact,
            ..rounded
        })
    }

    pub(super) fn factorial(&self) -> Result<Self, Failure> {
        let whole = self.number.is_integer() && !self.number.is_negative();
        if !whole {
            return Err(Failure::NotUnderstood);
        }
        let count = self.number.to_integer().to_u32();
        let count = count.filter(|count| *count <= LARGEST_FACTORIAL);
        let count = count.ok_or(Failure::TooLarge)?;
        let product: BigInt = (1..=count).map(BigInt::from).product();
        self.with(self, Number::from_integer(product))
    }
}

fn bits(number: &Number) -> u64 {
    number.numer().bits() + number.denom().bits()
}
