namespace Ftte;

/// <summary>Specifies the kind of a <see cref="ServerRecord"/>. The numbers are part of the format.</summary>
internal enum RecordKind : byte
{
    /// <summary>An assignment was issued.</summary>
    Assigned = 1,

    /// <summary>A lease ended without an accepted update.</summary>
    Released = 2,

    /// <summary>An update was accepted: aggregated, or counted in an importance survey.</summary>
    Accepted = 3,

    /// <summary>An incomplete buffer was published.</summary>
    Flushed = 4,

    /// <summary>The selection or the memory that it requires was changed.</summary>
    SelectionChanged = 5,

    /// <summary>The answer of a device to an evaluation was accepted.</summary>
    Evaluated = 6,

    /// <summary>The step scale was changed.</summary>
    StepScaleChanged = 7,

    /// <summary>A lease was renewed.</summary>
    Renewed = 8,

    /// <summary>A device was registered, removed, or registered with another memory budget.</summary>
    RegistrationChanged = 9,

    /// <summary>An earlier model was published as a new version.</summary>
    RolledBack = 10,
}
