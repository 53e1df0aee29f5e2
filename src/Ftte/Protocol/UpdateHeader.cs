namespace Ftte;

/// <summary>Everything an update says about itself, values aside.</summary>
/// <param name="Client">The device that trained it.</param>
/// <param name="Id">The update's name, from the assignment.</param>
/// <param name="LayoutFingerprint">The <see cref="ParameterLayout.Fingerprint"/> of the device's model.</param>
/// <param name="BaseVersion">The version that training started from.</param>
/// <param name="SelectionVersion">The selection that was trained.</param>
/// <param name="ExampleCount">The number of local examples behind it, at least 1. A claim: the server caps it.</param>
/// <param name="Content">What the values are: differences, trained parameters, or importance.</param>
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
