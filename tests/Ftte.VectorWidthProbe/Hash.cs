using System.Runtime.InteropServices;

namespace Ftte.VectorWidthProbe;

/// <summary>64-bit FNV-1a over the bytes of results: equal bits, equal hash.</summary>
public sealed class Hash
{
    private ulong _state = 14695981039346656037;

    public void Add<T>(params ReadOnlySpan<T> values)
        where T : unmanaged
    {
        foreach (byte b in MemoryMarshal.AsBytes(values))
        {
            _state = (_state ^ b) * 1099511628211;
        }
    }

    public override string ToString() => _state.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
