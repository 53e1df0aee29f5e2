using System.Buffers;
using Ftte.Aggregation;

namespace Ftte;

/// <summary>Represents an update from a device: a header and the packed values of the selected coordinates.</summary>
/// <remarks>
/// <para>The values are packed in the order of the selection's ranges; coordinates outside the selection did not change and are not sent.</para>
/// <para><b>Ownership</b>: an update owns its pooled buffer from construction to <see cref="Dispose"/>. The code that constructs it disposes it;
/// <see cref="IFederatedServer.SubmitAsync"/> and <see cref="IAsyncAggregator.AggregateAsync"/> only borrow it until they complete.</para>
/// <para><b>Threading</b>: immutable, safe to read from any thread until disposed.</para>
/// </remarks>
public sealed class SparseUpdate : IDisposable
{
    private readonly int _count;
    private IMemoryOwner<float>? _owner;

    /// <summary>Creates an update that takes ownership of a filled buffer, and computes its <see cref="Moments"/>.</summary>
    /// <param name="header">The header of the update.</param>
    /// <param name="values">The buffer that contains the packed values. The update owns it from now on, even if the constructor throws.</param>
    /// <param name="count">The number of values at the start of the buffer.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative or exceeds the buffer, or the example count is not positive.</exception>
    public SparseUpdate(in UpdateHeader header, IMemoryOwner<float> values, int count)
    {
        ArgumentNullException.ThrowIfNull(values);
        try
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(count, values.Memory.Length);
            ArgumentOutOfRangeException.ThrowIfLessThan(header.ExampleCount, 1, nameof(header));
            Moments = UpdateMoments.Measure(values.Memory.Span[..count]);
        }
        catch
        {
            values.Dispose();
            throw;
        }

        Header = header;
        _owner = values;
        _count = count;
    }

    /// <summary>Gets the header of the update.</summary>
    public UpdateHeader Header { get; }

    /// <summary>Gets the packed values.</summary>
    /// <exception cref="ObjectDisposedException">The update was disposed.</exception>
    public ReadOnlyMemory<float> Values => _owner is { } owner
        ? owner.Memory[.._count]
        : throw new ObjectDisposedException(nameof(SparseUpdate), "The update was disposed and its buffer returned to the pool. Dispose it only after the receipt has arrived.");

    /// <summary>Gets the moments of the values, computed when the update was created.</summary>
    public UpdateMoments Moments { get; }

    /// <summary>Creates an update from packed values, which are copied into a pooled buffer.</summary>
    /// <param name="header">The header of the update.</param>
    /// <param name="values">The packed values.</param>
    /// <param name="pool">The pool to rent the buffer from; null for the shared pool.</param>
    /// <returns>The update. Dispose it after the receipt has arrived.</returns>
    public static SparseUpdate Create(in UpdateHeader header, ReadOnlySpan<float> values, MemoryPool<float>? pool = null)
    {
        IMemoryOwner<float> owner = (pool ?? MemoryPool<float>.Shared).Rent(Math.Max(1, values.Length));
        values.CopyTo(owner.Memory.Span);
        return new SparseUpdate(header, owner, values.Length);
    }

    /// <summary>Returns the buffer to its pool.</summary>
    public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Dispose();

    /// <inheritdoc />
    public override string ToString() => $"{Header.Client} {Header.Id}: {_count} values on {Header.BaseVersion}/{Header.SelectionVersion}, {Header.ExampleCount} examples";
}
