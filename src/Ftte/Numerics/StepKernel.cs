using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ftte.Numerics;

/// <summary>Converts fixed-point sums to steps, and adds steps to parameters: steps[i] = sums[i] * factor; parameters[i] += steps[i] * scale.</summary>
/// <remarks>
/// In float64, rounded after every operation and never fused, so that all widths return the same bits; the conversion from int64 rounds to nearest, ties
/// to even, at every width.
/// </remarks>
internal static class StepKernel
{
    public static void ToSteps(ReadOnlySpan<long> sums, double factor, Span<double> steps)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            ToSteps512(sums, factor, steps);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            ToSteps256(sums, factor, steps);
        }
        else
        {
            ToStepsScalar(sums, factor, steps);
        }
    }

    public static void Add(ReadOnlySpan<double> steps, double scale, Span<float> parameters)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Add512(steps, scale, parameters);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Add256(steps, scale, parameters);
        }
        else
        {
            AddScalar(steps, scale, parameters);
        }
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void ToStepsScalar(ReadOnlySpan<long> sums, double factor, Span<double> steps)
    {
        for (int i = 0; i < sums.Length; i++)
        {
            steps[i] = sums[i] * factor;
        }
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void AddScalar(ReadOnlySpan<double> steps, double scale, Span<float> parameters)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            parameters[i] = (float)(parameters[i] + (steps[i] * scale));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ToSteps512(ReadOnlySpan<long> sums, double factor, Span<double> steps)
    {
        ref long source = ref MemoryMarshal.GetReference(sums);
        ref double target = ref MemoryMarshal.GetReference(steps);
        nuint i = 0;
        for (; i + 8 <= (nuint)sums.Length; i += 8)
        {
            (Vector512.ConvertToDouble(Vector512.LoadUnsafe(ref source, i)) * factor).StoreUnsafe(ref target, i);
        }

        ToStepsScalar(sums[(int)i..], factor, steps[(int)i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ToSteps256(ReadOnlySpan<long> sums, double factor, Span<double> steps)
    {
        ref long source = ref MemoryMarshal.GetReference(sums);
        ref double target = ref MemoryMarshal.GetReference(steps);
        nuint i = 0;
        for (; i + 4 <= (nuint)sums.Length; i += 4)
        {
            (Vector256.ConvertToDouble(Vector256.LoadUnsafe(ref source, i)) * factor).StoreUnsafe(ref target, i);
        }

        ToStepsScalar(sums[(int)i..], factor, steps[(int)i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add512(ReadOnlySpan<double> steps, double scale, Span<float> parameters)
    {
        ref double source = ref MemoryMarshal.GetReference(steps);
        ref float target = ref MemoryMarshal.GetReference(parameters);
        nuint i = 0;
        for (; i + 16 <= (nuint)steps.Length; i += 16)
        {
            (Vector512<double> low, Vector512<double> high) = Vector512.Widen(Vector512.LoadUnsafe(ref target, i));
            low += Vector512.LoadUnsafe(ref source, i) * scale;
            high += Vector512.LoadUnsafe(ref source, i + 8) * scale;
            Vector512.Narrow(low, high).StoreUnsafe(ref target, i);
        }

        AddScalar(steps[(int)i..], scale, parameters[(int)i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add256(ReadOnlySpan<double> steps, double scale, Span<float> parameters)
    {
        ref double source = ref MemoryMarshal.GetReference(steps);
        ref float target = ref MemoryMarshal.GetReference(parameters);
        nuint i = 0;
        for (; i + 8 <= (nuint)steps.Length; i += 8)
        {
            (Vector256<double> low, Vector256<double> high) = Vector256.Widen(Vector256.LoadUnsafe(ref target, i));
            low += Vector256.LoadUnsafe(ref source, i) * scale;
            high += Vector256.LoadUnsafe(ref source, i + 4) * scale;
            Vector256.Narrow(low, high).StoreUnsafe(ref target, i);
        }

        AddScalar(steps[(int)i..], scale, parameters[(int)i..]);
    }
}
