using System.Buffers.Binary;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

/// <summary>
/// Changes valid messages at random, half of the time with lengths and checksum made right again so that the content is reached.
/// A million messages with FTTE_LONG=1 in the environment.
/// </summary>
public sealed class WireFuzzTests
{
    private const int ModelLength = 700;

    /// <summary>What a refusal may allocate: the exception with its text and stack, nothing in proportion to what the bytes state.</summary>
    private const long RefusalBytes = 4 * 1024;

    private static readonly WireLimits Limits = new() { MaxValues = 2048, MaxRanges = 32, MaxMessageBytes = 16 * 1024 };

    [Fact]
    public void Whatever_the_bytes_a_reader_throws_only_WireFormatException_and_leaves_nothing_behind()
    {
        int count = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 1_000_000 : 10_000;
        byte[][] corpus = MakeCorpus();
        var random = new Random(20_251_003);
        var pool = new CountingPool();
        float[] untouched = Values(ModelLength);
        float[] device = [.. untouched];
        var reasons = new HashSet<WireError>();
        int accepted = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] original = corpus[random.Next(corpus.Length)];
            byte[] message = Mutate(original, corpus, random);
            var kind = (MessageKind)original[5];
            try
            {
                WireError? reason = TryRead(message, kind, device, pool, out long allocated);
                Assert.Equal(0, pool.Outstanding);
                Assert.InRange(pool.LargestRent, 0, Limits.MaxValues);
                if (reason is { } refused)
                {
                    reasons.Add(refused);
                    Assert.InRange(allocated, 0, RefusalBytes);
                    Assert.True(untouched.AsSpan().SequenceEqual(device), "A refused message was written to the device's vector.");
                }
                else
                {
                    accepted++;
                    untouched.CopyTo(device, 0);
                }
            }
            catch (Exception unexpected)
            {
                Assert.Fail($"Message {i} to the reader of {kind}: {Convert.ToHexString(message)}{Environment.NewLine}{unexpected}");
            }
        }

        // The mutations must reach every check, and some must be harmless; otherwise this test would prove little.
        Assert.Equal(Enum.GetValues<WireError>().Length, reasons.Count);
        Assert.InRange(accepted, count / 100, count / 2);
    }

    [Fact]
    public void Large_counts_in_small_messages_allocate_nothing()
    {
        float[] device = new float[ModelLength];
        var pool = new CountingPool();
        foreach (byte[] original in MakeCorpus())
        {
            foreach (int offset in new[] { 8, 12, 16 })
            {
                foreach (uint value in new uint[] { int.MaxValue, uint.MaxValue, 0x4000_0000 })
                {
                    byte[] message = [.. original];
                    BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(offset), value);
                    Assert.NotNull(TryRead(message, (MessageKind)message[5], device, pool, out long allocated));
                    Assert.InRange(allocated, 0, RefusalBytes);
                }
            }
        }

        Assert.Equal(0, pool.Rents);
    }

    /// <summary>
    /// Reads, and reads once more if that allocated too much: what a reader allocates for a message it allocates every time, what the runtime
    /// allocates for itself, such as a cache for stack traces, it allocates once.
    /// </summary>
    private static WireError? TryRead(byte[] message, MessageKind kind, float[] device, CountingPool pool, out long allocated)
    {
        WireError? reason = TryReadOnce(message, kind, device, pool, out allocated);
        return allocated <= RefusalBytes ? reason : TryReadOnce(message, kind, device, pool, out allocated);
    }

    private static WireError? TryReadOnce(byte[] message, MessageKind kind, float[] device, CountingPool pool, out long allocated)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            switch (kind)
            {
                case MessageKind.CheckOutRequest:
                    CheckOutRequestMessage.Read(message);
                    break;
                case MessageKind.CheckOutResponse:
                    CheckOutResponseMessage.Read(message, device, Limits);
                    break;
                case MessageKind.CheckOutReference:
                    CheckOutReferenceMessage.Read(message, ModelLength, out _, Limits);
                    break;
                case MessageKind.Update:
                    UpdateMessage.Read(message, Limits, pool).Dispose();
                    break;
                default:
                    ReceiptMessage.Read(message);
                    break;
            }

            WireMessage.Peek(message);
            return null;
        }
        catch (WireFormatException refused)
        {
            return refused.Reason;
        }
        finally
        {
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static byte[] Mutate(byte[] original, byte[][] corpus, Random random)
    {
        byte[] message = [.. original];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            message = random.Next(6) switch
            {
                0 => FlipBits(message, random),
                1 => message[..random.Next(message.Length + 1)],
                2 => [.. message, .. RandomBytes(random, random.Next(1, 40))],
                3 => Overwrite(message, random),
                4 => Splice(message, corpus[random.Next(corpus.Length)], random),
                _ => ReplaceInHeader(message, random),
            };
        }

        return random.Next(2) == 0 ? FixUp(message, original[5], random) : message;
    }

    private static byte[] FlipBits(byte[] message, Random random)
    {
        for (int flips = random.Next(1, 9); flips > 0 && message.Length > 0; flips--)
        {
            message[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
        }

        return message;
    }

    private static byte[] Overwrite(byte[] message, Random random)
    {
        byte[] field = random.Next(5) switch
        {
            0 => BitConverter.GetBytes(long.MaxValue),
            1 => BitConverter.GetBytes(long.MinValue),
            2 => BitConverter.GetBytes(-1L),
            3 => BitConverter.GetBytes((long)random.Next(0, 300)),
            _ => RandomBytes(random, 8),
        };
        int length = Math.Min(1 << random.Next(4), message.Length);

        // Mostly where the counts and the header's fields are.
        int offset = Math.Min(random.Next(2) == 0 ? random.Next(110) : random.Next(message.Length + 1), message.Length - length);
        field.AsSpan(0, length).CopyTo(message.AsSpan(offset));
        return message;
    }

    private static byte[] Splice(byte[] front, byte[] back, Random random) =>
        [.. front[..random.Next(front.Length + 1)], .. back[random.Next(back.Length)..]];

    /// <summary>Replaces bytes of the header by as many, fewer or more, and states the header's new length.</summary>
    private static byte[] ReplaceInHeader(byte[] message, Random random)
    {
        if (message.Length < 30)
        {
            return message;
        }

        int at = 20 + random.Next(Math.Min(100, message.Length - 24));
        int removed = Math.Min(random.Next(4), message.Length - at);
        byte[] added = RandomBytes(random, random.Next(4));
        byte[] changed = [.. message[..at], .. added, .. message[(at + removed)..]];
        int length = BinaryPrimitives.ReadInt32LittleEndian(changed.AsSpan(12));
        BinaryPrimitives.WriteInt32LittleEndian(changed.AsSpan(12), length + added.Length - removed);
        return changed;
    }

    /// <summary>Makes the frame right again, so that only the content is wrong.</summary>
    private static byte[] FixUp(byte[] message, byte kind, Random random)
    {
        if (message.Length < Envelope.Length + Envelope.ChecksumLength)
        {
            return message;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(message, Envelope.Magic);
        (message[4], message[5]) = (WireMessage.FormatVersion, kind);
        if (random.Next(4) > 0)
        {
            message[6] %= 3;
            message[7] = ValueCodec.GetGroupSize((ValueFormat)message[6]);

            // Whatever the header's length and the number of values were, let them add up to what is there if they can.
            int header = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(12));
            int values = message.Length - Envelope.Length - Envelope.ChecksumLength - header;
            if (header >= 0 && values >= 0 && message[6] == 0)
            {
                int padding = values % 4;
                message = [.. message[..^(4 + padding)], 0, 0, 0, 0];
                BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(16), values / 4);
            }
        }

        return Seal(message);
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[][] MakeCorpus()
    {
        ParameterSelection some = SampleSelection(ModelLength, (2, 3), (10, 70), (200, 61), (400, 300));
        ParameterSelection all = SampleSelection(ModelLength, (0, ModelLength));
        var messages = new List<byte[]>
        {
            Write(w => CheckOutRequestMessage.Write(w, new CheckOutRequest(new ClientId("phone-17"), 262_144, 7, new ModelVersion(3)))),
            Write(w => CheckOutRequestMessage.Write(w, new CheckOutRequest(new ClientId("Gerät"), 0, ulong.MaxValue))),
            Write(w => ReceiptMessage.Write(w, new UpdateReceipt(UpdateOutcome.Busy, new ModelVersion(3), 0, TimeSpan.FromSeconds(1)))),
            Write(w => ReceiptMessage.Write(w, new UpdateReceipt(UpdateOutcome.Published, new ModelVersion(9), 0.5))),
            Write(new CheckOutResponse(CheckOutOutcome.Busy, null, TimeSpan.FromSeconds(1)), [], ValueFormat.Float32),
        };
        messages.Add(Write(w => CheckOutReferenceMessage.Write(w, new CheckOutResponse(CheckOutOutcome.Busy))));
        foreach (ValueFormat format in Formats)
        {
            messages.Add(Write(w => CheckOutReferenceMessage.Write(w, Assigned(some, all), new BlobReference(new string('c', 64), format))));
            messages.Add(Write(Header(), Values(300), format));
            messages.Add(Write(Header("a"), [], format));
            messages.Add(Write(Assigned(some, some), Values(ModelLength), format));
            messages.Add(Write(Assigned(some, all), Values(ModelLength), format));
            messages.Add(Write(Assigned(some, SampleSelection(ModelLength, (0, 1))), Values(ModelLength), format));
        }

        return [.. messages];
    }
}
