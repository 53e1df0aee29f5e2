using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Ftte.TinyEngine;

/// <summary>What the frozen prefix makes of each example, computed once: for the run, or for as long as a store lasts.</summary>
/// <remarks>
/// In a store that lasts, little-endian: the magic and a key that follows from the network and the frozen parameters; then a record per example: what key and inputs hash to, what its
/// features hash to, its label, the features. What cannot be vouched for is computed again.
/// </remarks>
internal sealed unsafe class FeatureCache : IDisposable
{
    /// <summary>What is noted about each example beside its features: its label, and whether it is known.</summary>
    public const long NoteBytes = sizeof(int) + sizeof(bool);

    /// <summary>The bytes of a store before its records.</summary>
    public const int HeaderBytes = 8 + SHA256.HashSizeInBytes;

    /// <summary>The bytes of a record before its features.</summary>
    public const int RecordHeadBytes = HashBytes + HashBytes + sizeof(int);

    private const int HashBytes = 8;

    private readonly Tensor[] _boundary;
    private readonly long _bytesPerExample;
    private readonly bool[] _isKnown;
    private readonly int[] _labels;
    private readonly FeatureStore _store;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _key = [];
    private ulong _inputHash;

    /// <summary>Makes a cache.</summary>
    /// <param name="plan">The plan, with a prefix.</param>
    /// <param name="examples">The number of examples.</param>
    /// <param name="store">Where features last; null to keep them for the run.</param>
    public FeatureCache(TrainingPlan plan, int examples, FeatureStore? store)
    {
        _boundary = [.. plan.Boundary];
        _bytesPerExample = _boundary.Sum(t => t.BytesPerExample);
        _isKnown = new bool[examples];
        _labels = new int[examples];
        (_store, Lasts) = (store ?? new MemoryFeatureStore(), store is not null);
        _store.Reserve(RecordAt(examples));
    }

    /// <summary>Gets whether features outlive the run.</summary>
    public bool Lasts { get; }

    private static ReadOnlySpan<byte> Magic => "FTTEfeat"u8;

    /// <summary>Counts the bytes of a store that lasts.</summary>
    public static long StoreBytes(long bytesPerExample, int examples) => HeaderBytes + ((RecordHeadBytes + bytesPerExample) * examples);

    /// <summary>Forgets everything if the frozen prefix's parameters have changed.</summary>
    public void Check(FrozenParameters frozen, TrainingPlan plan)
    {
        byte[] key = KeyOf(frozen, plan);
        if (key.AsSpan().SequenceEqual(_key))
        {
            return;
        }

        _key = key;
        _isKnown.AsSpan().Clear();
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (Lasts && !(_store.TryRead(0, header) && header.StartsWith(Magic) && header[Magic.Length..].SequenceEqual(key)))
        {
            Magic.CopyTo(header);
            key.CopyTo(header[Magic.Length..]);
            _store.Clear();
            _store.TryWrite(0, header);
        }
    }

    public int LabelOf(int index) => _labels[index];

    public void SetLabel(int index, int label) => _labels[index] = label;

    /// <summary>Restores the features of an example that was met in this run.</summary>
    public bool TryRestore(TrainingPass pass, int index) => _isKnown[index] && TryRead(pass, RecordAt(index) + (Lasts ? RecordHeadBytes : 0));

    /// <summary>Restores the features that an earlier run kept of an example, if they are of these inputs and whole.</summary>
    /// <param name="pass">The pass.</param>
    /// <param name="index">Which example.</param>
    /// <param name="input">Its inputs, loaded.</param>
    public bool TryAdopt(TrainingPass pass, int index, ReadOnlySpan<float> input)
    {
        // With the key, so that what an earlier one left behind is never taken for its own.
        _hash.AppendData(_key);
        _hash.AppendData(MemoryMarshal.AsBytes(input));
        _inputHash = TakeHash();
        Span<byte> head = stackalloc byte[RecordHeadBytes];
        return _isKnown[index] = _store.TryRead(RecordAt(index), head)
            && BinaryPrimitives.ReadUInt64LittleEndian(head) == _inputHash
            && BinaryPrimitives.ReadInt32LittleEndian(head[(2 * HashBytes)..]) == _labels[index]
            && TryRead(pass, RecordAt(index) + RecordHeadBytes)
            && BinaryPrimitives.ReadUInt64LittleEndian(head[HashBytes..]) == HashOf(pass);
    }

    /// <summary>Keeps the features of the example whose inputs were looked at last.</summary>
    public void Store(TrainingPass pass, int index)
    {
        long at = RecordAt(index);
        bool isKept = true;
        if (Lasts)
        {
            Span<byte> head = stackalloc byte[RecordHeadBytes];
            BinaryPrimitives.WriteUInt64LittleEndian(head, _inputHash);
            BinaryPrimitives.WriteUInt64LittleEndian(head[HashBytes..], HashOf(pass));
            BinaryPrimitives.WriteInt32LittleEndian(head[(2 * HashBytes)..], _labels[index]);
            isKept = _store.TryWrite(at, head);
            at += RecordHeadBytes;
        }

        foreach (Tensor tensor in _boundary)
        {
            isKept = isKept && _store.TryWrite(at, Features(pass, tensor));
            at += tensor.BytesPerExample;
        }

        _isKnown[index] = isKept;
    }

    public void Dispose()
    {
        _hash.Dispose();
        if (!Lasts)
        {
            _store.Dispose();
        }
    }

    private static Span<byte> Features(TrainingPass pass, Tensor tensor) => new(pass.Bytes(tensor), (int)tensor.BytesPerExample);

    private long RecordAt(int index) => Lasts ? StoreBytes(_bytesPerExample, index) : _bytesPerExample * index;

    private bool TryRead(TrainingPass pass, long at)
    {
        foreach (Tensor tensor in _boundary)
        {
            if (!_store.TryRead(at, Features(pass, tensor)))
            {
                return false;
            }

            at += tensor.BytesPerExample;
        }

        return true;
    }

    private ulong HashOf(TrainingPass pass)
    {
        foreach (Tensor tensor in _boundary)
        {
            _hash.AppendData(Features(pass, tensor));
        }

        return TakeHash();
    }

    private ulong TakeHash()
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }

    private byte[] KeyOf(FrozenParameters frozen, TrainingPlan plan)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes(string.Join(' ', [
            $"{plan.Network}",
            .. plan.Network.Operations.Take(plan.Cut).Select(operation => operation.GetType().Name),
            .. _boundary.Select(tensor => $"{tensor.Name} {tensor.BytesPerExample}"),
        ])));
        Span<float> values = stackalloc float[256];
        foreach (ParameterBlock block in plan.Network.Operations.Take(plan.Cut).SelectMany(o => o.Parameters))
        {
            for (int at = block.Range.Start; at < block.Range.End; at += values.Length)
            {
                Span<float> some = values[..Math.Min(values.Length, block.Range.End - at)];
                frozen.CopyTo(at, some);
                _hash.AppendData(MemoryMarshal.AsBytes(some));
            }
        }

        return _hash.GetHashAndReset();
    }
}
