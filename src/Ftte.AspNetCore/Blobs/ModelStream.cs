using Ftte.Wire;

namespace Ftte.AspNetCore.Blobs;

/// <summary>Reads packed parameters from a snapshot, from any position, in memory that does not depend on the size of the model.</summary>
internal sealed class ModelStream(ModelSnapshot model, ParameterSelection selection, ValueFormat format, long length) : Stream
{
    private ParameterBlobReader? _reader;
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, length);
            if (value != _position)
            {
                (_position, _reader) = (value, null);
            }
        }
    }

    public override int Read(Span<byte> buffer)
    {
        _reader ??= new ParameterBlobReader(model.Parameters, selection, format, model.Fingerprint, _position);
        int read = _reader.Read(buffer);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
