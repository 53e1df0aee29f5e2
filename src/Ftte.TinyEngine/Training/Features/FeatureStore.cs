namespace Ftte.TinyEngine;

/// <summary>Where a device keeps what the frozen layers make of its examples, from one round to the next and from one start of the app to the next.</summary>
/// <remarks>
/// <para>While the selection stays the same, the layers before the first trained one make the same of the same example in every round. With a store each example goes through them
/// once, and a round costs the trained suffix alone; the results are the same bits. In a file the features take storage, of which small devices have far more than memory.</para>
/// <para>Kept features are used only for an example with the same inputs, under the same frozen parameters, if they are still the bits that were written; all else is computed and
/// kept anew. So examples may come, go and change, and a file that was cut off, damaged or is of another model costs time, not correctness. When nothing more can be written, training goes on without.</para>
/// <para>For one trainer at a time; give each its own. Not thread-safe.</para>
/// </remarks>
public abstract class FeatureStore : IDisposable
{
    private protected FeatureStore()
    {
    }

    /// <summary>Gets whether its bytes are memory that training holds.</summary>
    internal abstract bool IsMemory { get; }

    /// <summary>Makes a store in memory, for trainers that do not live as long as the device, as in simulations.</summary>
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
    public abstract void Dispose();

    /// <summary>Makes room for so many bytes, if that takes anything.</summary>
    internal abstract void Reserve(long length);

    /// <summary>Reads; false if there are not as many bytes.</summary>
    internal abstract bool TryRead(long offset, Span<byte> bytes);

    /// <summary>Writes; false if that is not possible.</summary>
    internal abstract bool TryWrite(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Forgets everything.</summary>
    internal abstract void Clear();
}
