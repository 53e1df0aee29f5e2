using Ftte.Wire;

namespace Ftte.AspNetCore.Blobs;

/// <summary>Identifies what a blob is encoded from, without keeping the model alive.</summary>
internal sealed record BlobSource(ModelVersion Version, ulong Fingerprint, ParameterSelection Selection, ValueFormat Format);
