using System.Buffers;
using Ftte.Wire;

namespace Ftte.Tests.Wire;

public sealed class MessageWriterTests
{
    [Fact]
    public void A_minimum_is_written_and_the_number_below_it_refused()
    {
        var output = new ArrayBufferWriter<byte>();
        var message = new MessageWriter(output, MessageKind.Update, headerLength: sizeof(int));
        message.Int32("number", 3, min: 3);
        message.EndHeader();
        message.End();
        Assert.Equal([3, 0, 0, 0], output.WrittenSpan[Envelope.Length..^Envelope.ChecksumLength].ToArray());
        Assert.Throws<ArgumentException>(() => new MessageWriter(output, MessageKind.Update, headerLength: sizeof(int)).Int32("number", 2, min: 3));
    }
}
