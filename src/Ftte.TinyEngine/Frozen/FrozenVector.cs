using System.Buffers;

namespace Ftte.TinyEngine;

/// <summary>Represents a pinned vector.</summary>
internal sealed unsafe class FrozenVector(ReadOnlyMemory<float> parameters) : FrozenParameters(parameters.Length)
{
    private MemoryHandle _pin = parameters.Pin();

    public override long Bytes => sizeof(float) * (long)Count;

    internal override float* Pointer => (float*)_pin.Pointer;

    internal override bool IsReadInPlace => true;

    private protected override void Read(int start, Span<float> destination) => parameters.Span.Slice(start, destination.Length).CopyTo(destination);

    protected override void Dispose(bool disposing)
    {
        _pin.Dispose();
        base.Dispose(disposing);
    }
}
