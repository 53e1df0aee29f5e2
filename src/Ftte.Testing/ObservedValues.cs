using System.Buffers;

namespace Ftte.Testing;

/// <summary>The buffer of an update that reports when the transport first reads it, and that holds other values once it is returned.</summary>
internal sealed class ObservedValues(float[] values) : IMemoryOwner<float>
{
    /// <summary>The value of every coordinate after <see cref="Dispose"/>.</summary>
    public const float Returned = -1;

    private Action? _onRead;

    /// <summary>Gets a value that indicates whether the buffer was returned.</summary>
    public bool IsReturned { get; private set; }

    /// <inheritdoc />
    public Memory<float> Memory
    {
        get
        {
            Interlocked.Exchange(ref _onRead, null)?.Invoke();
            return values;
        }
    }

    /// <summary>Sets the action that runs at the next read and not after it.</summary>
    public void OnNextRead(Action action) => Volatile.Write(ref _onRead, action);

    /// <inheritdoc />
    public void Dispose()
    {
        IsReturned = true;
        Array.Fill(values, Returned);
    }
}
