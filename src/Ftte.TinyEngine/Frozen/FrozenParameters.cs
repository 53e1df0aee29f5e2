using Ftte.TinyEngine.Memory;

namespace Ftte.TinyEngine;

/// <summary>Represents the parameters that training reads and does not change, in a format that suits the device's memory.</summary>
/// <remarks>
/// Trained parameters are always float32 and stored separately, so frozen parameters can take fewer bytes, or stay in a file whose pages are loaded when they are
/// read. Safe to read from any number of threads.
/// </remarks>
public abstract class FrozenParameters : IDisposable
{
    private readonly ResourceGuard _guard;

    private protected FrozenParameters(int count)
    {
        Count = count;
        _guard = new ResourceGuard(Free);
    }

    /// <summary>Gets the number of parameters.</summary>
    public int Count { get; }

    /// <summary>Gets the bytes of memory held. A mapped file does not count, because the system can reclaim its pages.</summary>
    public abstract long Bytes { get; }

    /// <summary>Gets the parameters as one float32 vector, if they are stored in that form.</summary>
    internal virtual unsafe float* Pointer => null;

    /// <summary>Gets a value that indicates whether <see cref="PointerTo"/> is available.</summary>
    internal virtual bool IsReadInPlace => false;

    /// <summary>Returns the values of the block that starts at a coordinate. Requires <see cref="IsReadInPlace"/>.</summary>
    internal virtual unsafe float* PointerTo(int start) => Pointer + start;

    /// <summary>Creates parameters that read a vector in place.</summary>
    /// <param name="parameters">The flat vector, borrowed; it must not change while training reads it. Pinned until disposed.</param>
    /// <returns>The parameters.</returns>
    public static FrozenParameters Of(ReadOnlyMemory<float> parameters) => new FrozenVector(parameters);

    /// <summary>Creates a copy in a smaller format.</summary>
    /// <param name="network">The network.</param>
    /// <param name="parameters">The flat vector.</param>
    /// <param name="format">The format of the copy.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="ArgumentException">The vector is not the network's, or a value is not finite and the format is int8.</exception>
    public static FrozenParameters Compress(Network network, ReadOnlySpan<float> parameters, FrozenFormat format)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (parameters.Length != network.Layout.ParameterCount)
        {
            throw new ArgumentException($"The network has {network.Layout.ParameterCount} parameters, but the vector has {parameters.Length}. Specify the flat vector of this network.", nameof(parameters));
        }

        return format switch
        {
            FrozenFormat.Float32 => new FrozenVector(parameters.ToArray()),
            FrozenFormat.BFloat16 => new FrozenBFloat16(parameters),
            FrozenFormat.Int8 => new FrozenInt8(network.Layout, parameters),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format. Choose one of the named formats."),
        };
    }

    /// <summary>Creates parameters that are read from a file on demand.</summary>
    /// <param name="network">The network.</param>
    /// <param name="path">A file of the flat vector: its float32 values, little-endian, and nothing else.</param>
    /// <returns>The parameters.</returns>
    /// <remarks>
    /// The file must not become shorter while it is mapped; replace it with another file instead. Each training call and each <see cref="CopyTo"/> checks its length
    /// first and throws <see cref="InvalidDataException"/>. A file that shrinks during the call ends the process, as with any mapped file.
    /// </remarks>
    /// <exception cref="InvalidDataException">The file does not have the size of the vector.</exception>
    /// <exception cref="IOException">The file is missing or cannot be opened.</exception>
    public static FrozenParameters Map(Network network, string path)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        long expected = sizeof(float) * (long)network.Layout.ParameterCount, actual = new FileInfo(path).Length;
        if (actual != expected)
        {
            throw new InvalidDataException($"The file '{path}' has {actual} bytes, but the {network.Layout.ParameterCount} float32 parameters of the network take {expected}. Write the flat vector again.");
        }

        return new FrozenFile(path, network.Layout.ParameterCount);
    }

    /// <summary>Reads a range of parameters.</summary>
    /// <param name="start">The first coordinate in the flat vector.</param>
    /// <param name="destination">Receives the values; its length is their number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The range exceeds the vector.</exception>
    /// <exception cref="ObjectDisposedException">The parameters were disposed.</exception>
    public void CopyTo(int start, Span<float> destination)
    {
        Enter();
        try
        {
            ArgumentOutOfRangeException.ThrowIfNegative(start);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Count - destination.Length);
            Read(start, destination);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Begins a run that reads the parameters. Their memory stays valid until the run ends, even if they are disposed during it.</summary>
    /// <exception cref="ObjectDisposedException">The parameters were disposed.</exception>
    /// <exception cref="InvalidDataException">The file that contains them has become shorter.</exception>
    internal void Enter()
    {
        _guard.Enter(this);
        try
        {
            CheckReadable();
        }
        catch
        {
            _guard.Exit();
            throw;
        }
    }

    /// <summary>Ends a run that reads the parameters.</summary>
    internal void Exit() => _guard.Exit();

    /// <summary>Reads a range of parameters within a run.</summary>
    internal void CopyHeld(int start, Span<float> destination) => Read(start, destination);

    /// <summary>Checks that the parameters can be read, before a run reads them.</summary>
    private protected virtual void CheckReadable()
    {
    }

    private protected abstract void Read(int start, Span<float> destination);

    /// <inheritdoc />
    /// <remarks>If a run reads the parameters, they are freed when it ends.</remarks>
    public void Dispose()
    {
        _guard.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases memory and files.</summary>
    /// <param name="disposing">True if <see cref="IDisposable.Dispose"/> was called; false in a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    private void Free() => Dispose(disposing: true);
}
