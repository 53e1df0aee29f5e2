namespace Ftte;

/// <summary>Represents the metadata of an update.</summary>
/// <param name="Client">The ID of the client that created the update.</param>
/// <param name="Id">The ID of the update, from the assignment.</param>
/// <param name="LayoutFingerprint">The <see cref="ParameterLayout.Fingerprint"/> of the device's model.</param>
/// <param name="BaseVersion">The version that training started from.</param>
/// <param name="SelectionVersion">The selection that was trained.</param>
/// <param name="ExampleCount">The number of local examples that the update is based on, at least 1. Reported by the device; the server limits it.</param>
/// <param name="Content">The content of the values: differences, trained parameters, importance, or metrics.</param>
/// <param name="BaseFingerprint">The <see cref="ModelSnapshot.Fingerprint"/> of <paramref name="BaseVersion"/>, from the assignment.</param>
public readonly record struct UpdateHeader(
    ClientId Client,
    UpdateId Id,
    ulong LayoutFingerprint,
    ModelVersion BaseVersion,
    SelectionVersion SelectionVersion,
    int ExampleCount,
    UpdateContent Content = UpdateContent.Difference,
    ulong BaseFingerprint = 0);
