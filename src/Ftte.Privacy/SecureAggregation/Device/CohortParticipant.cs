using System.Collections.Immutable;
using System.Security.Cryptography;
using Ftte.Privacy.Cryptography;
using Ftte.Wire;

namespace Ftte.Privacy.SecureAggregation;

/// <summary>Computes the answers of a device in one cohort: announcement, shares, masked update, unmasking. Knows no transport and no time.</summary>
/// <remarks>
/// <para>After Bonawitz et al. 2017 ("Practical secure aggregation for privacy-preserving machine learning"). Each step checks what the server sent, and is answered once: a repeated call with
/// the same arguments has the same answer, and another one is refused, because two answers could reveal the update.</para>
/// <para><b>Memory</b>: 16 KiB, and about 1 KB per member; no vector, because masks are generated while the update is read. Not thread-safe.</para>
/// </remarks>
public sealed class CohortParticipant : IDisposable
{
    private readonly UpdateHeader _header;
    private readonly int _valueCount;
    private readonly int _minContributors;
    private readonly int _maxMembers;
    private readonly SecretGenerator _generator;
    private readonly KeyPair _shareKey;
    private readonly KeyPair _maskKey;
    private readonly MaskSet _masks = new();
    private readonly byte[] _seed = new byte[EncryptedShares.SecretLength];
    private CohortDescription? _cohort;
    private EncryptedShares? _shares;
    private SharesForMember? _received;
    private byte[][] _secrets = [];
    private byte[][] _decrypted = [];
    private ImmutableArray<int> _remaining;
    private int _index = -1;

    /// <summary>Creates the participant of one cohort, with fresh keys from the operating system.</summary>
    /// <param name="header">The header of the update.</param>
    /// <param name="valueCount">The number of values of the update, which is the number of selected coordinates.</param>
    /// <param name="minContributors">The minimum number of updates in a sum that contains the update of this device, at least 2.</param>
    /// <param name="maxMembers">The maximum number of members of the cohort, which bounds the memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public CohortParticipant(UpdateHeader header, int valueCount, int minContributors, int maxMembers = CohortDescription.MaxMembers)
        : this(header, valueCount, minContributors, new SystemSecretGenerator(), maxMembers)
    {
    }

    internal CohortParticipant(UpdateHeader header, int valueCount, int minContributors, SecretGenerator generator, int maxMembers = CohortDescription.MaxMembers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(valueCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(minContributors, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMembers, minContributors);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxMembers, CohortDescription.MaxMembers);
        (_header, _valueCount, _minContributors, _maxMembers, _generator) = (header, valueCount, minContributors, maxMembers, generator);
        _shareKey = generator.CreateKeyPair();
        _maskKey = generator.CreateKeyPair();
        Announcement = new ReadyAnnouncement(header with { ExampleCount = 1 }, _shareKey.PublicKey, _maskKey.PublicKey);
    }

    /// <summary>Gets the announcement, which is sent first.</summary>
    public ReadyAnnouncement Announcement { get; }

    /// <summary>Checks a cohort and shares the two secrets of this device among its members.</summary>
    /// <param name="cohort">The description that the server sent.</param>
    /// <returns>The encrypted shares.</returns>
    /// <exception cref="SecureAggregationException">The cohort is refused.</exception>
    public EncryptedShares Join(CohortDescription cohort)
    {
        ArgumentNullException.ThrowIfNull(cohort);
        if (_cohort is not null)
        {
            return _cohort.Digest.AsSpan().SequenceEqual(cohort.Digest) && _shares is not null ? _shares : throw Refuse(CohortRefusal.AlreadyAnswered, "The keys of this device are already in use in a cohort");
        }

        _index = CohortRules.FindMember(cohort, Announcement, _minContributors, _maxMembers);
        _secrets = [.. cohort.Members.Select(member => Agree(_shareKey, member.ShareKey))];
        _cohort = cohort;
        _generator.Fill(_seed);
        int count = cohort.Members.Length;
        byte[][] ofSeed = SecretSharing.Split(_seed, count, cohort.Threshold, _generator);
        byte[][] ofKey = SecretSharing.Split(_maskKey.ExportPrivateKey(), count, cohort.Threshold, _generator);
        _shares = new EncryptedShares(
            KeyDerivation.ComputeCommitment(_seed, cohort.Digest, _index),
            [.. Enumerable.Range(0, count).Select(to => (ReadOnlyMemory<byte>)ShareCipher.Encrypt(
                KeyDerivation.DeriveShareKey(_secrets[to], cohort.Digest, _index, to), [.. ofSeed[to], .. ofKey[to]]))]);
        return _shares;
    }

    /// <summary>Checks the shares of the other members, and masks the update.</summary>
    /// <param name="shares">The shares that the server relayed.</param>
    /// <param name="values">The packed values of the update; borrowed while the masked update is read. NaN counts as 0.</param>
    /// <returns>The masked update. It is generated while it is read, also several times.</returns>
    /// <exception cref="SecureAggregationException">The shares are refused.</exception>
    public MaskedUpdate Mask(SharesForMember shares, ReadOnlyMemory<float> values)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, _valueCount, nameof(values));
        CohortDescription cohort = _cohort ?? throw Refuse(CohortRefusal.WrongStep, "This device has not joined a cohort");
        if (_received is null)
        {
            CohortRules.CheckMembers(shares.Senders, [.. Enumerable.Range(0, cohort.Members.Length)], cohort.Threshold, _index);
            if (shares.Ciphertexts.Length != shares.Senders.Length)
            {
                throw Refuse(CohortRefusal.InvalidShares, $"There are {shares.Senders.Length} senders, but {shares.Ciphertexts.Length} messages");
            }

            _decrypted = [.. shares.Senders.Select((sender, i) => Decrypt(cohort, sender, shares.Ciphertexts[i].Span))];

            // All keys first: an update with a part of its masks must not be readable.
            byte[][] keys = [.. shares.Senders.Select(sender => sender == _index
                ? KeyDerivation.DeriveOwnMaskKey(_seed, cohort.Digest, _index)
                : KeyDerivation.DerivePairMaskKey(Agree(_maskKey, cohort.Members[sender].MaskKey), cohort.Digest, _index, sender))];
            for (int i = 0; i < keys.Length; i++)
            {
                _masks.Include(keys[i], isAdded: _index <= shares.Senders[i]);
            }

            _received = shares;
        }
        else if (!_received.Senders.SequenceEqual(shares.Senders))
        {
            throw Refuse(CohortRefusal.AlreadyAnswered, "This device already masked its update for other members");
        }

        SharedQuantization quantization = cohort.Quantization;
        int weight = cohort.Members[_index].Weight;
        ulong seed = WireMessage.GetSeed(_header.Client, _header.Id);
        return new MaskedUpdate(_valueCount, quantization.BytesPerMaskedValue, (start, destination) =>
        {
            Span<uint> masked = destination.Span;
            quantization.Quantize(values.Span.Slice(start, masked.Length), start, seed, weight, masked);
            _masks.Apply(start, masked);
            for (int i = 0; quantization.Mask != uint.MaxValue && i < masked.Length; i++)
            {
                masked[i] &= quantization.Mask;
            }
        });
    }

    /// <summary>Reveals what the server needs to remove the masks: for each member one of two shares.</summary>
    /// <param name="remaining">The indices of the members whose updates arrived, ascending.</param>
    /// <returns>The shares.</returns>
    /// <exception cref="SecureAggregationException">The list is refused.</exception>
    public UnmaskingShares Unmask(ImmutableArray<int> remaining)
    {
        if (_cohort is null || _received is null)
        {
            throw Refuse(CohortRefusal.WrongStep, "This device has not masked its update");
        }

        if (!_remaining.IsDefault && !_remaining.SequenceEqual(remaining))
        {
            throw Refuse(CohortRefusal.AlreadyAnswered, "This device already revealed shares for other members");
        }

        CohortRules.CheckMembers(remaining, _received.Senders, _cohort.Threshold, _index);
        _remaining = remaining;
        return new UnmaskingShares([.. _received.Senders.Select((sender, i) => (ReadOnlyMemory<byte>)(remaining.Contains(sender)
            ? _decrypted[i].AsMemory(0, EncryptedShares.SecretLength)
            : _decrypted[i].AsMemory(EncryptedShares.SecretLength)))]);
    }

    /// <summary>Deletes the keys.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_seed);
        _masks.Dispose();
        _shareKey.Dispose();
        _maskKey.Dispose();
    }

    private static byte[] Agree(KeyPair own, ReadOnlyMemory<byte> publicKey)
    {
        try
        {
            return own.Agree(publicKey.Span);
        }
        catch (CryptographicException error)
        {
            throw new SecureAggregationException(CohortRefusal.InvalidKey, "A public key of the cohort is not a point of P-256. Join another cohort.", error);
        }
    }

    private static SecureAggregationException Refuse(CohortRefusal refusal, string reason) => new(refusal, $"{reason}. Announce the update again with fresh keys.");

    private byte[] Decrypt(CohortDescription cohort, int sender, ReadOnlySpan<byte> message)
    {
        if (message.Length != EncryptedShares.CiphertextLength)
        {
            throw Refuse(CohortRefusal.InvalidShares, $"The shares of member {sender} have {message.Length} bytes instead of {EncryptedShares.CiphertextLength}");
        }

        byte[] key = KeyDerivation.DeriveShareKey(_secrets[sender], cohort.Digest, sender, _index);
        try
        {
            return ShareCipher.Decrypt(key, message);
        }
        catch (CryptographicException error)
        {
            throw new SecureAggregationException(CohortRefusal.InvalidShares,
                $"The shares of member {sender} are not authentic: they were changed, or the server described the cohort differently to different devices. Announce the update again with fresh keys.", error);
        }
    }
}
