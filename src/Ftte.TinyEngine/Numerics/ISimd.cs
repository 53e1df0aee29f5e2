namespace Ftte.TinyEngine.Numerics;

/// <summary>Defines the vector operations of the kernels, so that each kernel is written once for all widths.</summary>
/// <remarks>
/// <see cref="MultiplyAdd"/> is fused: rounded once, the same bits at every width and as <see cref="MathF.FusedMultiplyAdd"/>. Machines without this
/// instruction emulate it, slowly but exactly.
/// </remarks>
internal unsafe interface ISimd<TVector>
    where TVector : struct
{
    static abstract int Lanes { get; }

    static abstract TVector Load(float* source);

    static abstract void Store(TVector value, float* destination);

    static abstract TVector Broadcast(float value);

    static abstract TVector MultiplyAdd(TVector left, TVector right, TVector addend);

    static abstract TVector Min(TVector left, TVector right);

    static abstract TVector Max(TVector left, TVector right);

    static abstract TVector Multiply(TVector left, TVector right);

    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector Subtract(TVector left, TVector right);

    static abstract TVector Divide(TVector left, TVector right);

    /// <summary>Returns 2 to the power of the integer in the low bits of a number near 1.5 * 2^23.</summary>
    static abstract TVector PowerOfTwo(TVector shifted);

    /// <summary>Computes the derivative of h-swish: 0 up to -3, 1 from 3, (2 x + 3) / 6 between.</summary>
    static abstract TVector HardSwishSlope(TVector x);
}
