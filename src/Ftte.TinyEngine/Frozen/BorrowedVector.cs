namespace Ftte.TinyEngine;

/// <summary>Represents a vector that the caller keeps alive and pinned.</summary>
internal sealed unsafe class BorrowedVector(float* values, int count) : FrozenParameters(count)
{
    public override long Bytes => sizeof(float) * (long)Count;

    internal override float* Pointer { get; } = values;

    internal override bool IsReadInPlace => true;

    private protected override void Read(int start, Span<float> destination) => new ReadOnlySpan<float>(Pointer + start, destination.Length).CopyTo(destination);
}
