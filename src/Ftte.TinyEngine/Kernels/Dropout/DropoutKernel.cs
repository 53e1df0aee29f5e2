namespace Ftte.TinyEngine.Kernels;

/// <summary>Drops values at random and scales the others up. The same call drops the same positions of the gradient.</summary>
internal static unsafe class DropoutKernel
{
    private const int Slices = 4;

    /// <summary>Multiplies each value by 0 or by 1 / (1 - rate).</summary>
    /// <param name="values">The values.</param>
    /// <param name="count">The number of values.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="firstIndex">The index of the first value. Value i uses 16 bits of draw i / 4.</param>
    /// <param name="rate">The probability that a value is dropped.</param>
    public static void Forward(float* values, int count, ulong seed, ulong firstIndex, float rate)
    {
        ulong threshold = (ulong)(rate * 65536);
        float factor = 1 / (1 - rate);
        ulong bits = 0;
        for (int i = 0; i < count; i++)
        {
            ulong index = firstIndex + (ulong)i;
            bits = i == 0 || index % Slices == 0 ? SplitMix64.At(seed, index / Slices) : bits;
            ulong slice = (bits >> (int)(16 * (index % Slices))) & 0xFFFF;
            values[i] = slice >= threshold ? values[i] * factor : 0;
        }
    }
}
