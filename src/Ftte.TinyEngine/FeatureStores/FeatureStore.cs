using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Stores the output of the frozen layers for the examples of a device, across rounds and across restarts of the app.</summary>
/// <remarks>
/// <para>While the selection stays the same, the layers before the first trained one compute the same output for the same example in every round. With a store, each example passes through them
/// once, and a round runs only the trained suffix; the results are bit-identical. A file store takes storage, which small devices have far more of than memory.</para>
/// <para>Every visit reads the example from its source. Stored features are used only if the contents of the inputs, of the definition of the frozen layers and of the frozen parameters are the same, and if the
/// features are the bytes that were written; otherwise they are recomputed and rewritten. Therefore examples may be added, removed, replaced and relabeled between runs, and a file that
/// is incomplete, damaged or of another model costs time, not correctness. If the store cannot be written, training continues without stored features.</para>
/// <para>Only one run can use a store at a time; a second run throws <see cref="InvalidOperationException"/>. Create one store for each trainer.</para>
/// </remarks>
public abstract class FeatureStore : IDisposable
{
    private readonly ResourceGuard _guard;

    private protected FeatureStore() => _guard = new ResourceGuard(
        Free, "The feature store is in use by another run. Create one store for each trainer, or wait until the other run has ended.");

    /// <summary>Gets a value that indicates whether the store is in memory and its bytes count as memory of training.</summary>
    internal abstract bool IsMemory { get; }

    /// <summary>Creates an empty store in memory, for trainers with a shorter lifetime than the device, as in simulations.</summary>
    /// <returns>The empty store.</returns>
    public static FeatureStore InMemory() => new MemoryFeatureStore();

    /// <summary>Opens a store in a file.</summary>
    /// <param name="path">The file. It is created if it does not exist, and overwritten if it is not a store. It is locked while the store is open.</param>
    /// <returns>The store.</returns>
    /// <exception cref="IOException">The file cannot be opened, or another process has it open.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public static FeatureStore InFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new FileFeatureStore(path);
    }

    /// <inheritdoc />
    /// <remarks>If a run uses the store, it is freed when the run ends.</remarks>
    public void Dispose()
    {
        _guard.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Begins a run.</summary>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    /// <exception cref="InvalidOperationException">Another run uses the store.</exception>
    internal void Enter() => _guard.Enter(this);

    /// <summary>Ends a run.</summary>
    internal void Exit() => _guard.Exit();

    /// <summary>Sets the size in bytes, if the store does not grow automatically. Existing bytes keep their values; new bytes are 0.</summary>
    internal abstract void Resize(long length);

    /// <summary>Reads bytes. Returns false if the store ends before the last of them.</summary>
    internal abstract bool TryRead(long offset, Span<byte> bytes);

    /// <summary>Writes bytes. Returns false if they cannot be written.</summary>
    internal abstract bool TryWrite(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Deletes all features.</summary>
    internal abstract void Clear();

    /// <summary>Releases memory or the file. Called once, while no run uses the store.</summary>
    private protected abstract void Free();
}
