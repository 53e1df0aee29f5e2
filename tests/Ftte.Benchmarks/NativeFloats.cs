using System.Runtime.InteropServices;

namespace Ftte.Benchmarks;

/// <summary>Floats outside the managed heap that begin on a cache line, as the engine's arena has them.</summary>
internal sealed unsafe class NativeFloats : IDisposable
{
    private const int LineBytes = 64;

    public NativeFloats(long count)
    {
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(LineBytes, sizeof(float) * count), LineBytes);
        for (long i = 0; i < count; i++)
        {
            Pointer[i] = ((i % 17) - 8) * 0.01f;
        }
    }

    public float* Pointer { get; }

    public void Dispose() => NativeMemory.AlignedFree(Pointer);
}
