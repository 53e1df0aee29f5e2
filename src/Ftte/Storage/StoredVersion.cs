namespace Ftte.Storage;

/// <summary>Represents a published version in a store.</summary>
/// <param name="Version">The number of the version.</param>
/// <param name="ParameterCount">The number of its parameters.</param>
/// <param name="LayoutFingerprint">The <see cref="ParameterLayout.Fingerprint"/> of its layout.</param>
/// <param name="Sha256">The SHA-256 of its parameters as little-endian float32, in lowercase hexadecimal digits.</param>
public sealed record StoredVersion(ModelVersion Version, int ParameterCount, ulong LayoutFingerprint, string Sha256);
