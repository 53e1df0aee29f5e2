using System.Runtime.Intrinsics;

namespace Ftte.VectorWidthProbe;

/// <summary>What this process may use; the kernels choose their paths by the same three questions.</summary>
public static class VectorWidth
{
    /// <summary>Gets the widest vectors that are in force, in bits; 0 if none are.</summary>
    public static int Widest =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
}
