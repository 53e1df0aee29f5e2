using System.Buffers;
using Ftte.Serialization;
using Ftte.Wire;

namespace Ftte.Tests;

/// <summary>Writes parts of saved states, and reads them with the expectation that they are rejected.</summary>
internal static class StateBytes
{
    public delegate void Loader(ref StateReader reader);

    public static byte[] Write(Action<StateWriter> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(new StateWriter(output));
        return output.WrittenSpan.ToArray();
    }

    public static void AssertRejected(WireError reason, Action<StateWriter> write, Loader load) => AssertRejected(reason, Write(write), load);

    public static void AssertRejected(WireError reason, byte[] content, Loader load) => Assert.Equal(reason, Assert.Throws<WireFormatException>(() =>
    {
        var reader = new StateReader(content);
        load(ref reader);
    }).Reason);
}
