using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics.Tensors;
using System.Security.Cryptography;
using Ftte.Privacy.Cryptography;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Computes the answers of the server in one cohort. Knows no transport and no time. Not thread-safe.</summary>
/// <remarks>Memory: one sum of 4 bytes per selected coordinate, allocated when the first masked update arrives. Masked updates are added when they arrive and not kept.</remarks>
internal sealed class Cohort(CohortDescription description, int valueCount)
{
    private readonly EncryptedShares?[] _shares = new EncryptedShares?[description.Members.Length];
    private readonly SortedSet<int> _masked = [];
    private readonly SortedDictionary<int, UnmaskingShares> _unmasking = [];
    private uint[]? _sums;

    public CohortDescription Description => description;

    /// <summary>Gets the format of the masked updates.</summary>
    public MaskedUpdateFormat Format => new(valueCount, description.Quantization.BytesPerMaskedValue);

    public CohortStep Step { get; private set; }

    /// <summary>Gets the members that shared their secrets; empty before the end of that step.</summary>
    public ImmutableArray<int> Senders { get; private set; } = [];

    /// <summary>Gets the members whose masked updates arrived; empty before the end of that step.</summary>
    public ImmutableArray<int> Remaining { get; private set; } = [];

    /// <summary>Gets the number of members that answered the current step.</summary>
    public int AnswerCount => Step switch
    {
        CohortStep.Sharing => _shares.Count(shares => shares is not null),
        CohortStep.Masking => _masked.Count,
        CohortStep.Unmasking => _unmasking.Count,
        _ => 0,
    };

    /// <summary>Gets a value that indicates whether nobody can answer the current step any more.</summary>
    public bool IsStepComplete => AnswerCount == Step switch
    {
        CohortStep.Sharing => _shares.Length,
        CohortStep.Masking => Senders.Length,
        CohortStep.Unmasking => Remaining.Length,
        _ => 0,
    };

    /// <summary>Gets a value that indicates whether enough members sent shares with which masks are removed.</summary>
    public bool IsUnmaskingSufficient => _unmasking.Count >= description.Threshold;

    /// <summary>Takes the shares of a member. Repeated shares are ignored.</summary>
    public void AddShares(int member, EncryptedShares shares)
    {
        if (_shares[member] is not null)
        {
            return;
        }

        Require(CohortStep.Sharing, member, Step == CohortStep.Sharing);
        if (shares.Commitment.Length != EncryptedShares.CommitmentLength || shares.Ciphertexts.Length != _shares.Length
            || shares.Ciphertexts.Any(ciphertext => ciphertext.Length != EncryptedShares.CiphertextLength))
        {
            throw new SecureAggregationException(CohortRefusal.InvalidShares, $"Member {member} sent {shares.Ciphertexts.Length} shares, or shares of the wrong length. Send one of {EncryptedShares.CiphertextLength} bytes per member.");
        }

        _shares[member] = shares;
    }

    /// <summary>Returns the shares for a member, after the end of the first step.</summary>
    public SharesForMember GetShares(int member)
    {
        Require(CohortStep.Masking, member, Senders.Contains(member));
        return new SharesForMember(Senders, [.. Senders.Select(sender => _shares[sender]!.Ciphertexts[member])]);
    }

    /// <summary>Adds the masked update of a member. A repeated one is ignored.</summary>
    public void AddMasked(int member, MaskedUpdate update)
    {
        if (_masked.Contains(member))
        {
            return;
        }

        Require(CohortStep.Masking, member, Step == CohortStep.Masking && Senders.Contains(member));
        if (update.Count != valueCount || update.BytesPerValue != description.Quantization.BytesPerMaskedValue)
        {
            throw new SecureAggregationException(CohortRefusal.Mismatch, $"The masked update has {update.Count} values of {update.BytesPerValue} bytes, but the cohort has {valueCount} of {description.Quantization.BytesPerMaskedValue}.");
        }

        _masked.Add(member);
        try
        {
            Add(update);
        }
        catch
        {
            // A part of the update is in the sum.
            Step = CohortStep.Failed;
            throw;
        }
    }

    /// <summary>Takes the shares with which masks are removed. Repeated shares are ignored.</summary>
    public void AddUnmasking(int member, UnmaskingShares shares)
    {
        if (_unmasking.ContainsKey(member))
        {
            return;
        }

        Require(CohortStep.Unmasking, member, Step == CohortStep.Unmasking && Remaining.Contains(member));
        if (shares.Shares.Length != Senders.Length || shares.Shares.Any(share => share.Length != EncryptedShares.SecretLength))
        {
            throw new SecureAggregationException(CohortRefusal.InvalidShares, $"Member {member} sent {shares.Shares.Length} shares, or shares of the wrong length. Send one of {EncryptedShares.SecretLength} bytes per member.");
        }

        _unmasking.Add(member, shares);
    }

    /// <summary>Ends sharing or masking: members that have not answered have left. Fails the cohort if fewer than the threshold remain.</summary>
    public void EndStep()
    {
        int[] answered = Step == CohortStep.Sharing ? [.. Enumerable.Range(0, _shares.Length).Where(i => _shares[i] is not null)] : [.. _masked];
        if (Step is not (CohortStep.Sharing or CohortStep.Masking) || answered.Length < description.Threshold)
        {
            Step = CohortStep.Failed;
        }
        else if (Step == CohortStep.Sharing)
        {
            (Step, Senders) = (CohortStep.Masking, [.. answered]);
        }
        else
        {
            (Step, Remaining) = (CohortStep.Unmasking, [.. answered]);
        }
    }

    /// <summary>Removes the masks, if enough members answered and their shares are right.</summary>
    public bool TryComplete([NotNullWhen(true)] out CohortSum? sum)
    {
        sum = null;
        if (Step != CohortStep.Unmasking || !IsUnmaskingSufficient || _sums is null)
        {
            return false;
        }

        using var masks = new MaskSet();
        foreach (int member in Senders)
        {
            if (!(Remaining.Contains(member) ? TryIncludeOwnMask(member, masks) : TryIncludePairMasks(member, masks)))
            {
                return false;
            }
        }

        masks.Apply(0, _sums);
        Step = CohortStep.Completed;
        sum = new CohortSum(Array.ConvertAll(_sums, description.Quantization.ToSigned), Remaining, Remaining.Sum(i => description.Members[i].Weight));
        _sums = null;
        return true;
    }

    private void Add(MaskedUpdate update)
    {
        _sums ??= new uint[valueCount];
        var part = new uint[Math.Min(valueCount, MaskSet.BufferLength)];
        for (int start = 0; start < valueCount; start += part.Length)
        {
            int length = Math.Min(part.Length, valueCount - start);
            update.Read(start, part.AsMemory(0, length));
            Span<uint> sums = _sums.AsSpan(start, length);
            TensorPrimitives.Add(sums, part.AsSpan(0, length), sums);
        }
    }

    private bool TryIncludeOwnMask(int member, MaskSet masks)
    {
        byte[]? seed = Restore(member, candidate => CryptographicOperations.FixedTimeEquals(
            KeyDerivation.ComputeCommitment(candidate, description.Digest, member), _shares[member]!.Commitment.Span) ? candidate : null);
        if (seed is not null)
        {
            masks.Include(KeyDerivation.DeriveOwnMaskKey(seed, description.Digest, member), isAdded: false);
        }

        return seed is not null;
    }

    /// <summary>Removes the masks that the remaining members share with one that left.</summary>
    private bool TryIncludePairMasks(int member, MaskSet masks)
    {
        using KeyPair? key = Restore(member, candidate => KeyPair.TryImport(candidate, description.Members[member].MaskKey.Span));
        foreach (int other in key is null ? [] : Remaining)
        {
            byte[] secret = key!.Agree(description.Members[other].MaskKey.Span);
            masks.Include(KeyDerivation.DerivePairMaskKey(secret, description.Digest, member, other), isAdded: other > member);
        }

        return key is not null;
    }

    /// <summary>Restores a secret. If more shares than the threshold arrived and one is wrong, other shares are tried.</summary>
    private T? Restore<T>(int owner, Func<byte[], T?> check)
        where T : class
    {
        int position = Senders.IndexOf(owner);
        (int, ReadOnlyMemory<byte>)[] shares = [.. _unmasking.Select(answer => (answer.Key, answer.Value.Shares[position]))];
        for (int start = 0; start < (shares.Length == description.Threshold ? 1 : shares.Length); start++)
        {
            (int, ReadOnlyMemory<byte>)[] chosen = [.. Enumerable.Range(start, description.Threshold).Select(i => shares[i % shares.Length])];
            if (check(SecretSharing.Combine(chosen)) is { } secret)
            {
                return secret;
            }
        }

        return null;
    }

    private void Require(CohortStep step, int member, bool isAllowed)
    {
        if (!isAllowed)
        {
            throw new SecureAggregationException(CohortRefusal.WrongStep, $"Member {member} sent an answer to step {step}, but the cohort is at {Step}, or continued without the member. Announce the update again.");
        }
    }
}
