using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine.Execution;

/// <summary>Keeps the output of the frozen prefix for each example, in a store.</summary>
/// <remarks>
/// A store contains the magic number and the <see cref="FeatureKey"/>, then one record per example: the hash of key and inputs, the hash of the features, the features.
/// Labels are not stored. Features that do not match are recomputed.
/// </remarks>
internal sealed class FeatureCache : IDisposable
{
    /// <summary>The number of bytes before the records of a store.</summary>
    public const int HeaderBytes = 8 + FeatureKey.Bytes;

    /// <summary>The number of bytes before the features of a record.</summary>
    public const int RecordHeadBytes = InputHashBytes + FeatureHashBytes;

    private const int InputHashBytes = 12;
    private const int FeatureHashBytes = 8;

    private readonly FrozenPrefix _prefix;
    private readonly long _bytesPerExample;
    private readonly FeatureStore _store;
    private readonly bool _ownsStore;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _key = new byte[FeatureKey.Bytes];
    private readonly byte[] _inputHash = new byte[InputHashBytes];

    /// <summary>Creates a cache.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="store">The store; null for a store in memory with the lifetime of the cache.</param>
    public FeatureCache(FrozenPrefix prefix, FeatureStore? store)
    {
        _prefix = prefix;
        _bytesPerExample = prefix.BytesPerExample;
        (_store, _ownsStore) = (store ?? FeatureStore.InMemory(), store is null);
    }

    private static ReadOnlySpan<byte> Magic => "FTTEfea2"u8;

    /// <summary>Computes the size of a store in bytes.</summary>
    public static long StoreBytes(long bytesPerExample, int examples) => HeaderBytes + ((RecordHeadBytes + bytesPerExample) * examples);

    /// <summary>Begins a run: allocates space for its examples, and discards features of another prefix.</summary>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another run uses the store.</exception>
    public void Enter(TrainingPass pass, int examples)
    {
        _store.Enter();
        try
        {
            FeatureKey.Compute(_prefix, pass, _hash, _key);
            _store.Resize(StoreBytes(_bytesPerExample, examples));
            Span<byte> header = stackalloc byte[HeaderBytes];
            if (!(_store.TryRead(0, header) && header.StartsWith(Magic) && header[Magic.Length..].SequenceEqual(_key)))
            {
                Magic.CopyTo(header);
                _key.CopyTo(header[Magic.Length..]);
                _store.Clear();
                _store.TryWrite(0, header);
            }
        }
        catch
        {
            _store.Exit();
            throw;
        }
    }

    /// <summary>Ends a run.</summary>
    public void Exit() => _store.Exit();

    /// <summary>Determines whether features of these inputs are kept.</summary>
    /// <param name="index">The example.</param>
    /// <param name="input">The current inputs of the example.</param>
    public bool Contains(int index, ReadOnlySpan<float> input)
    {
        // The hash includes the key, so that a record of an earlier prefix never matches.
        _hash.AppendData(_key);
        _hash.AppendData(MemoryMarshal.AsBytes(input));
        TakeHash(_inputHash);
        Span<byte> kept = stackalloc byte[InputHashBytes];
        return _store.TryRead(RecordAt(index), kept) && kept.SequenceEqual(_inputHash);
    }

    /// <summary>Restores the features of an example. Returns false if they are incomplete or damaged; the inputs may then be overwritten.</summary>
    public bool TryRestore(TrainingPass pass, int index)
    {
        long at = RecordAt(index) + InputHashBytes;
        Span<byte> kept = stackalloc byte[FeatureHashBytes], actual = stackalloc byte[FeatureHashBytes];
        if (!_store.TryRead(at, kept))
        {
            return false;
        }

        at += FeatureHashBytes;
        foreach (Tensor tensor in _prefix.Boundary)
        {
            if (!_store.TryRead(at, Features(pass, tensor)))
            {
                return false;
            }

            at += tensor.BytesPerExample;
        }

        HashFeatures(pass, actual);
        return kept.SequenceEqual(actual);
    }

    /// <summary>Stores the features of the example that was checked last.</summary>
    public void Store(TrainingPass pass, int index)
    {
        Span<byte> head = stackalloc byte[RecordHeadBytes];
        _inputHash.CopyTo(head);
        HashFeatures(pass, head[InputHashBytes..]);
        long at = RecordAt(index);
        bool isKept = _store.TryWrite(at, head);
        at += RecordHeadBytes;
        foreach (Tensor tensor in _prefix.Boundary)
        {
            isKept = isKept && _store.TryWrite(at, Features(pass, tensor));
            at += tensor.BytesPerExample;
        }
    }

    public void Dispose()
    {
        _hash.Dispose();
        if (_ownsStore)
        {
            _store.Dispose();
        }
    }

    private static unsafe Span<byte> Features(TrainingPass pass, Tensor tensor) => new(pass.Bytes(tensor), (int)tensor.BytesPerExample);

    private long RecordAt(int index) => StoreBytes(_bytesPerExample, index);

    private void HashFeatures(TrainingPass pass, Span<byte> hash)
    {
        // Unlike a file, memory cannot be changed by other processes.
        if (_store.IsMemory)
        {
            hash.Clear();
            return;
        }

        foreach (Tensor tensor in _prefix.Boundary)
        {
            _hash.AppendData(Features(pass, tensor));
        }

        TakeHash(hash);
    }

    private void TakeHash(Span<byte> hash)
    {
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(whole);
        whole[..hash.Length].CopyTo(hash);
    }
}
