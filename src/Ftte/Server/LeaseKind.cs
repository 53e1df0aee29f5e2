namespace Ftte;

/// <summary>Specifies the work of a lease.</summary>
/// <remarks>The numbers are part of the saved state. The first two are those of the flag of format version 1, which stated whether the device trained.</remarks>
internal enum LeaseKind : byte
{
    Importance = 0,

    Training = 1,

    Evaluation = 2,
}
