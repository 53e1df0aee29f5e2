namespace Ftte.TinyEngine.Numerics;

/// <summary>Implements the vector operations on a single value, as the scalar reference implementation.</summary>
internal readonly unsafe struct Simd1 : ISimd<float>
{
    public static int Lanes => 1;

    public static float Load(float* source) => *source;

    public static void Store(float value, float* destination) => *destination = value;

    public static float Broadcast(float value) => value;

    public static float MultiplyAdd(float left, float right, float addend) => MathF.FusedMultiplyAdd(left, right, addend);

    public static float Min(float left, float right) => MathF.Min(left, right);

    public static float Max(float left, float right) => MathF.Max(left, right);

    public static float Multiply(float left, float right) => left * right;

    public static float Add(float left, float right) => left + right;

    public static float Subtract(float left, float right) => left - right;

    public static float Divide(float left, float right) => left / right;

    public static float PowerOfTwo(float shifted) => BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(shifted) + 127) << 23);

    public static float HardSwishSlope(float x) => x <= -3 ? 0 : x >= 3 ? 1 : MathF.FusedMultiplyAdd(x, 1f / 3, 0.5f);
}
