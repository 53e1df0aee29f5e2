using System.Runtime.InteropServices;

namespace Ftte.CrashProbe;

/// <summary>A state that consists of one number, repeated, so that a mixture of two states shows.</summary>
public static class NumberedState
{
    /// <summary>Creates a state of up to 200 KB, more than any buffer on its way to the file.</summary>
    public static byte[] Create(int number)
    {
        int[] values = new int[1 + (int)((uint)number * 2654435761 % 50_000)];
        Array.Fill(values, number);
        return MemoryMarshal.AsBytes<int>(values).ToArray();
    }

    /// <summary>Reads the number of a state.</summary>
    public static int Read(ReadOnlySpan<byte> state) => MemoryMarshal.Read<int>(state);
}
