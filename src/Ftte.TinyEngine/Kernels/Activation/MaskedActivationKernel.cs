using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ftte.TinyEngine.Kernels;

/// <summary>Computes activations whose gradient is either passed or blocked, with one mask bit per value.</summary>
/// <remarks>
/// Bit i mod 8 of byte i / 8 belongs to value i. NaN is preserved and its bit is set, so that divergence stays visible. Every value is
/// computed independently, so every vector width gives the same bits.
/// </remarks>
internal static unsafe class MaskedActivationKernel
{
    private const float Cap = 6;

    /// <summary>y = activation(x) for values [first, last), first a multiple of 8; y may be x. If the mask is null, only y is computed.</summary>
    public static void Forward(MaskedActivationKind kind, float slope, float* x, float* y, byte* mask, int first, int last)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            for (; first + 16 <= last; first += 16)
            {
                Vector512<float> value = Vector512.Load(x + first);
                Vector512<float> stops = Vector512.LessThanOrEqual(value, Vector512<float>.Zero);
                Vector512<float> low = kind == MaskedActivationKind.LeakyRelu ? value * Vector512.Create(slope) : Vector512<float>.Zero;
                Vector512<float> result = Vector512.ConditionalSelect(stops, low, value);
                if (kind == MaskedActivationKind.Relu6)
                {
                    Vector512<float> caps = Vector512.GreaterThanOrEqual(value, Vector512.Create(Cap));
                    result = Vector512.ConditionalSelect(caps, Vector512.Create(Cap), result);
                    stops |= caps;
                }

                result.Store(y + first);
                if (mask is not null)
                {
                    Unsafe.WriteUnaligned(mask + (first / 8), LittleEndian((ushort)~stops.ExtractMostSignificantBits()));
                }
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; first + 8 <= last; first += 8)
            {
                Vector256<float> value = Vector256.Load(x + first);
                Vector256<float> stops = Vector256.LessThanOrEqual(value, Vector256<float>.Zero);
                Vector256<float> low = kind == MaskedActivationKind.LeakyRelu ? value * Vector256.Create(slope) : Vector256<float>.Zero;
                Vector256<float> result = Vector256.ConditionalSelect(stops, low, value);
                if (kind == MaskedActivationKind.Relu6)
                {
                    Vector256<float> caps = Vector256.GreaterThanOrEqual(value, Vector256.Create(Cap));
                    result = Vector256.ConditionalSelect(caps, Vector256.Create(Cap), result);
                    stops |= caps;
                }

                result.Store(y + first);
                if (mask is not null)
                {
                    mask[first / 8] = (byte)~stops.ExtractMostSignificantBits();
                }
            }
        }

        ForwardScalar(kind, slope, x, y, mask, first, last);
    }

    /// <summary>dx = dy where the bit is set; elsewhere 0, or slope * dy of a leaky ReLU. For values [first, last), first a multiple of 8; dx may be dy.</summary>
    public static void Backward(MaskedActivationKind kind, float slope, byte* mask, float* dy, float* dx, int first, int last)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<int> places = Vector512.Create(1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
            for (; first + 16 <= last; first += 16)
            {
                Vector512<int> bits = Vector512.Create((int)LittleEndian(Unsafe.ReadUnaligned<ushort>(mask + (first / 8)))) & places;
                Vector512<float> stops = Vector512.Equals(bits, Vector512<int>.Zero).AsSingle();
                Vector512<float> value = Vector512.Load(dy + first);
                Vector512<float> low = kind == MaskedActivationKind.LeakyRelu ? value * Vector512.Create(slope) : Vector512<float>.Zero;
                Vector512.ConditionalSelect(stops, low, value).Store(dx + first);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<int> places = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
            for (; first + 8 <= last; first += 8)
            {
                Vector256<float> stops = Vector256.Equals(Vector256.Create((int)mask[first / 8]) & places, Vector256<int>.Zero).AsSingle();
                Vector256<float> value = Vector256.Load(dy + first);
                Vector256<float> low = kind == MaskedActivationKind.LeakyRelu ? value * Vector256.Create(slope) : Vector256<float>.Zero;
                Vector256.ConditionalSelect(stops, low, value).Store(dx + first);
            }
        }

        BackwardScalar(kind, slope, mask, dy, dx, first, last);
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void ForwardScalar(MaskedActivationKind kind, float slope, float* x, float* y, byte* mask, int first, int last)
    {
        for (int i = first; i < last; i++)
        {
            float value = x[i];
            bool isLow = value <= 0, isHigh = kind == MaskedActivationKind.Relu6 && value >= Cap;
            y[i] = isHigh ? Cap : !isLow ? value : kind == MaskedActivationKind.LeakyRelu ? slope * value : 0;
            if (mask is not null)
            {
                int bit = isLow || isHigh ? 0 : 1 << (i % 8);
                mask[i / 8] = (byte)(i % 8 == 0 ? bit : mask[i / 8] | bit);
            }
        }
    }

    /// <summary>The scalar reference implementation.</summary>
    internal static void BackwardScalar(MaskedActivationKind kind, float slope, byte* mask, float* dy, float* dx, int first, int last)
    {
        for (int i = first; i < last; i++)
        {
            bool passes = (mask[i / 8] >> (i % 8) & 1) != 0;
            dx[i] = passes ? dy[i] : kind == MaskedActivationKind.LeakyRelu ? slope * dy[i] : 0;
        }
    }

    private static ushort LittleEndian(ushort bits) =>
        BitConverter.IsLittleEndian ? bits : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(bits);
}
