using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Represents what the server tells all members of a cohort before anything is masked. Immutable.</summary>
public sealed class CohortDescription
{
    /// <summary>The maximum number of members, for which no sum overflows 32 bits.</summary>
    public const int MaxMembers = 255;

    /// <summary>The weight of a fresh update, 2^8.</summary>
    public const int FullWeight = 256;

    /// <summary>Creates a description.</summary>
    /// <param name="id">The ID of the cohort.</param>
    /// <param name="threshold">The number of members that must remain, so that the masks can be removed.</param>
    /// <param name="layoutFingerprint">The fingerprint of the model's layout.</param>
    /// <param name="selectionVersion">The selection of all updates.</param>
    /// <param name="quantization">How values become integers.</param>
    /// <param name="members">The members, in the order of their indices.</param>
    public CohortDescription(Guid id, int threshold, ulong layoutFingerprint, SelectionVersion selectionVersion, SharedQuantization quantization, ImmutableArray<CohortMember> members)
    {
        ArgumentNullException.ThrowIfNull(quantization);
        (Id, Threshold, LayoutFingerprint, SelectionVersion, Quantization, Members) = (id, threshold, layoutFingerprint, selectionVersion, quantization, members);
        Digest = ComputeDigest();
    }

    /// <summary>Gets the ID of the cohort.</summary>
    public Guid Id { get; }

    /// <summary>Gets the number of members that must remain, so that the masks can be removed.</summary>
    public int Threshold { get; }

    /// <summary>Gets the fingerprint of the model's layout.</summary>
    public ulong LayoutFingerprint { get; }

    /// <summary>Gets the selection of all updates.</summary>
    public SelectionVersion SelectionVersion { get; }

    /// <summary>Gets how values become integers.</summary>
    public SharedQuantization Quantization { get; }

    /// <summary>Gets the members, in the order of their indices.</summary>
    public ImmutableArray<CohortMember> Members { get; }

    /// <summary>Gets the SHA-256 of the description, which is part of every key of the cohort.</summary>
    internal byte[] Digest { get; }

    private byte[] ComputeDigest()
    {
        var output = new ArrayBufferWriter<byte>();
        CohortMessages.Write(output, this);
        return SHA256.HashData(output.WrittenSpan);
    }
}
