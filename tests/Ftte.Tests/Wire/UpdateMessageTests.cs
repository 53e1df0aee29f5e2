using System.Buffers;
using CsCheck;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

public sealed class UpdateMessageTests
{
    [Fact]
    public void An_update_survives_the_way_there_and_back() => Gen.Select(
        Gen.Select(Clients, Gen.ULong, Gen.ULong, Versions),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[1, int.MaxValue], Gen.Enum<UpdateContent>()),
        Gen.Select(Gen.OneOf(Lengths), Gen.Int, Gen.Enum<ValueFormat>(), Gen.ULong)).Sample((a, b, c) =>
    {
        var header = new UpdateHeader(a.Item1, new UpdateId(a.Item2), a.Item3, a.Item4, new SelectionVersion(b.Item1), b.Item2, b.Item3, ~a.Item3);
        float[] values = Values(c.Item1, c.Item2);
        byte[] message = Write(header, values, c.Item3, c.Item4);

        Assert.Equal(UpdateMessage.GetLength(values.Length, c.Item3, header.Client, header.Content), message.Length);
        Assert.Equal(MessageKind.Update, WireMessage.Peek(message));
        var pool = new CountingPool();
        using (SparseUpdate update = UpdateMessage.Read(message, pool: pool))
        {
            Assert.Equal(header, update.Header);
            Assert.Equal(Bits(Expected(values, header.Content is UpdateContent.Importance or UpdateContent.Evaluation ? ValueFormat.Float32 : c.Item3, c.Item4)), Bits(update.Values.Span));
            Assert.Equal(1, pool.Outstanding);
        }

        Assert.Equal(0, pool.Outstanding);
    });

    [Fact]
    public void Every_length_in_every_format_arrives()
    {
        foreach (int length in Lengths)
        {
            foreach (ValueFormat format in Formats)
            {
                float[] values = Values(length);
                byte[] message = Write(Header(), values, format);
                Assert.Equal(UpdateMessage.GetLength(length, format, Header().Client), message.Length);
                using SparseUpdate update = UpdateMessage.Read(message);
                Assert.Equal(Bits(Expected(values, format, 1)), Bits(update.Values.Span));
            }
        }
    }

    [Theory]
    [InlineData(ValueFormat.Float32)]
    [InlineData(ValueFormat.BFloat16)]
    [InlineData(ValueFormat.Int8)]
    public void Values_that_are_not_finite_arrive_for_the_server_to_reject(ValueFormat format)
    {
        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float[] values = Values(300);
            values[200] = bad;
            using SparseUpdate update = UpdateMessage.Read(Write(Header(), values, format));
            Assert.False(update.Moments.IsFinite);
            Assert.True(float.IsFinite(update.Values.Span[0]));
        }
    }

    [Fact]
    public void Float32_arrives_to_the_last_bit()
    {
        float[] values = [0f, -0f, float.Epsilon, float.MaxValue, float.NegativeInfinity, BitConverter.UInt32BitsToSingle(0x7F80_0001)];
        using SparseUpdate update = UpdateMessage.Read(Write(Header(), values, ValueFormat.Float32));
        Assert.Equal(Bits(values), Bits(update.Values.Span));
    }

    [Theory]
    [InlineData(ValueFormat.Float32)]
    [InlineData(ValueFormat.BFloat16)]
    [InlineData(ValueFormat.Int8)]
    public void Importance_travels_as_float32_whatever_was_asked_for(ValueFormat asked)
    {
        UpdateHeader header = Header() with { Content = UpdateContent.Importance };
        float[] shares = [1e-12f, 0, 3f, 1e9f];

        byte[] message = Write(header, shares, asked);

        Assert.Equal(Write(header, shares, ValueFormat.Float32), message);
        Assert.Equal(UpdateMessage.GetLength(shares.Length, asked, header.Client, header.Content), message.Length);
        using SparseUpdate update = UpdateMessage.Read(message);
        Assert.Equal(Bits(shares), Bits(update.Values.Span));
        Assert.ThrowsAny<ArgumentException>(() => Write(header, shares, (ValueFormat)3));
        Assert.ThrowsAny<ArgumentException>(() => UpdateMessage.GetLength(4, (ValueFormat)3, header.Client, header.Content));
    }

    [Fact]
    public void Int8_takes_a_quarter_of_float32_and_a_scale_per_group()
    {
        long dense = UpdateMessage.GetLength(1_280_000, ValueFormat.Float32, new ClientId("a"));
        long small = UpdateMessage.GetLength(1_280_000, ValueFormat.Int8, new ClientId("a"));
        Assert.Equal(4 * 1_280_000 - 1_280_000 - (4 * 10_000), dense - small);
    }

    [Fact]
    public void A_message_over_2_GiB_has_a_length_but_is_not_begun()
    {
        Assert.Equal(20 + 43 + (4L * int.MaxValue) + 4, UpdateMessage.GetLength(int.MaxValue, ValueFormat.Float32, new ClientId("a")));
        var buffer = new ArrayBufferWriter<byte>();
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
        {
            _ = new MessageWriter(buffer, MessageKind.Update, headerLength: 35, valueCount: (int.MaxValue / 4) - 13, ValueFormat.Float32);
        });
        Assert.Contains("shorter value format", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, buffer.WrittenCount);
    }

    [Fact]
    public void A_message_of_exactly_the_maximum_length_may_be_written()
    {
        var buffer = new ArrayBufferWriter<byte>();
        _ = new MessageWriter(buffer, MessageKind.Update, headerLength: 3, valueCount: (int.MaxValue - 27) / 4);
        Assert.Throws<ArgumentException>(() =>
        {
            _ = new MessageWriter(buffer, MessageKind.Update, headerLength: 4, valueCount: (int.MaxValue - 27) / 4);
        });
    }

    [Fact]
    public void The_smallest_values_of_a_header_arrive()
    {
        var header = new UpdateHeader(new ClientId("a"), new UpdateId(0), 0, new ModelVersion(0), new SelectionVersion(0), 1);
        using SparseUpdate update = UpdateMessage.Read(Write(header, [], ValueFormat.Float32));
        Assert.Equal(header, update.Header);
        Assert.Throws<ArgumentNullException>("update", () => UpdateMessage.Write(new ArrayBufferWriter<byte>(), null!, ValueFormat.Float32, 1));
    }

    [Fact]
    public void Another_seed_rounds_int8_otherwise_and_the_same_seed_alike()
    {
        float[] values = Values(500);
        Assert.Equal(Write(Header(), values, ValueFormat.Int8, 5), Write(Header(), values, ValueFormat.Int8, 5));
        Assert.NotEqual(Write(Header(), values, ValueFormat.Int8, 5), Write(Header(), values, ValueFormat.Int8, 6));
    }

    [Fact]
    public void A_writer_that_lends_scraps_gets_the_same_bytes()
    {
        float[] values = Values(5000);
        using SparseUpdate update = SparseUpdate.Create(Header(), values);
        foreach (ValueFormat format in Formats)
        {
            var scraps = new ScrapWriter();
            UpdateMessage.Write(scraps, update, format, 1);
            Assert.Equal(Write(Header(), values, format), scraps.Written.ToArray());
            Assert.InRange(scraps.LargestRequest, 1, 4 * ValueCodec.Chunk);
        }
    }

    [Fact]
    public void Updates_that_no_reader_would_take_are_refused_before_a_byte_is_written()
    {
        UpdateHeader good = Header();
        UpdateHeader[] bad =
        [
            good with { Client = default },
            good with { Content = (UpdateContent)9 },
        ];
        foreach (UpdateHeader header in bad)
        {
            using SparseUpdate update = SparseUpdate.Create(header, [1f]);
            var buffer = new ArrayBufferWriter<byte>();
            Assert.ThrowsAny<ArgumentException>(() => UpdateMessage.Write(buffer, update, ValueFormat.Float32, 1));
            Assert.Equal(0, buffer.WrittenCount);
        }

        using SparseUpdate fine = SparseUpdate.Create(good, [1f]);
        Assert.ThrowsAny<ArgumentException>(() => UpdateMessage.Write(new ArrayBufferWriter<byte>(), fine, (ValueFormat)3, 1));
        Assert.ThrowsAny<ArgumentException>(() => UpdateMessage.GetLength(-1, ValueFormat.Float32, good.Client));
    }

    /// <summary>Lends exactly what is asked for, each time anew, as a pipe made of segments may.</summary>
    private sealed class ScrapWriter : IBufferWriter<byte>
    {
        private byte[] _lent = [];

        public List<byte> Written { get; } = [];

        public int LargestRequest { get; private set; }

        public void Advance(int count) => Written.AddRange(_lent.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            LargestRequest = Math.Max(LargestRequest, sizeHint);
            return _lent = new byte[Math.Max(1, sizeHint)];
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
