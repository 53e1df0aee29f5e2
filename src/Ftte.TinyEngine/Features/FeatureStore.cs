using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Stores the output of the frozen layers for a device's examples, from one round to the next and from one start of the app to the next.</summary>
/// <remarks>
/// <para>While the selection stays the same, the layers before the first trained one make the same of the same example in every round. With a store each example goes through them
/// once, and a round costs the trained suffix alone; the results are the same bits. In a file the features take storage, of which small devices have far more than memory.</para>
/// <para>Every visit reads the example from its source. Kept features are used only if the inputs, the definition of the frozen layers and the frozen parameters are the same by content, and if the
/// features are still the bytes that were written; otherwise they are computed and written again. So examples may be added, removed, replaced and relabelled between runs, and a file that
/// is incomplete, damaged or of another model costs time, not correctness. If nothing can be written, training continues without kept features.</para>
/// <para>One run at a time uses a store: a second one throws <see cref="InvalidOperationException"/>. Create one store for each trainer.</para>
/// </remarks>
public abstract class FeatureStore : IDisposable
{
    private readonly ResourceGuard _guard;

    private protected FeatureStore() => _guard = new ResourceGuard(
        Free, "The feature store is in use by another run. Create one store for each trainer, or wait until the other run has ended.");

    /// <summary>Gets whether its bytes are memory that training holds.</summary>
    internal abstract bool IsMemory { get; }

    /// <summary>Creates a store in memory, for trainers that do not live as long as the device, as in simulations.</summary>
    /// <returns>The store, empty.</returns>
    public static FeatureStore InMemory() => new MemoryFeatureStore();

    /// <summary>Opens a store in a file.</summary>
    /// <param name="path">The file; made if it is not there, and written over if it is no store. No one else can open it meanwhile.</param>
    /// <returns>The store.</returns>
    /// <exception cref="IOException">The file cannot be opened, or someone else has it open.</exception>
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

    /// <summary>Sets the number of bytes, if the store does not grow by itself. Bytes that stay within it keep their values; new ones are 0.</summary>
    internal abstract void Resize(long length);

    /// <summary>Reads; false if there are not as many bytes.</summary>
    internal abstract bool TryRead(long offset, Span<byte> bytes);

    /// <summary>Writes; false if that is not possible.</summary>
    internal abstract bool TryWrite(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Deletes all features.</summary>
    internal abstract void Clear();

    /// <summary>Releases memory or the file. Called once, while no run uses the store.</summary>
    private protected abstract void Free();
}
