using System.Buffers.Binary;
using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Wire;
using static Ftte.Tests.Aggregation.StateBench;

namespace Ftte.Tests.Aggregation;

/// <summary>Bytes that are not a state are rejected.</summary>
public class StateBytesTests
{
    [Fact]
    public void A_state_of_another_aggregator_keeps_its_content()
    {
        AggregatorState state = AggregatorState.Read(AggregatorState.Create("Mine", [1, 2, 3]).Bytes.Span);
        Assert.Equal("Mine", state.Kind);
        Assert.Equal([1, 2, 3], state.Content.ToArray());
        Assert.Empty(AggregatorState.Read(AggregatorState.Create("Mine", []).Bytes.Span).Content.ToArray());
        Assert.Throws<ArgumentException>("kind", () => AggregatorState.Create(new string('x', 65), []));
        Assert.Throws<ArgumentException>("kind", () => AggregatorState.Create(" ", []));
    }

    [Fact]
    public void Every_changed_bit_and_every_missing_byte_of_a_state_is_noticed()
    {
        BufferedAggregator aggregator = Start(new() { Capacity = 4 });
        Submit(aggregator, 0);
        byte[] bytes = aggregator.CaptureState().Bytes.ToArray();
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 16;
            Assert.Throws<WireFormatException>(() => AggregatorState.Read(bytes));
            bytes[i] ^= 16;
            Assert.Throws<WireFormatException>(() => AggregatorState.Read(bytes.AsSpan(0, i)));
        }

        Assert.Throws<WireFormatException>(() => AggregatorState.Read([.. bytes, 0]));
    }

    [Fact]
    public void Restoring_any_content_throws_only_documented_exceptions_and_allocates_no_more_than_the_bytes_justify()
    {
        int count = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 300_000 : 5_000;
        var random = new Random(20_261_128);
        var pool = new CountingPool();
        (byte[] Content, BufferedAggregatorOptions Options)[] corpus = [.. Enumerable.Range(0, 18).Select(i =>
        {
            BufferedAggregatorOptions options = new() { Capacity = 4, Optimizer = Optimizers[i % 5](), Reduction = Reductions[i % 9](), Weighting = Weightings[i % 9](), NormClip = i < 9 ? 3 : null };
            BufferedAggregator aggregator = Start(options);
            for (int u = 0; u < i; u++)
            {
                Submit(aggregator, u);
            }

            return (aggregator.CaptureState().Content.ToArray(), options);
        })];
        int restored = 0, mismatches = 0, refused = 0;
        for (int i = 0; i < count; i++)
        {
            (byte[] original, BufferedAggregatorOptions options) = corpus[random.Next(corpus.Length)];
            byte[] content = Mutate(original, random);
            AggregatorState state = AggregatorState.Create(BufferedAggregator.StateKind, content);
            SelectionHistory selections = Selections();
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                BufferedAggregator aggregator = BufferedAggregator.Restore(state, Layout, selections, options, pool);
                restored++;
                for (int u = 100; u < 106; u++)
                {
                    Submit(aggregator, u);
                    Assert.True(UpdateMoments.Measure(aggregator.Current.Parameters.Span).IsFinite);
                }

                continue;
            }
            catch (WireFormatException)
            {
                refused++;
            }
            catch (ArgumentException)
            {
                mismatches++;
            }
            catch (Exception unexpected)
            {
                Assert.Fail($"State {i}: {Convert.ToHexString(content)}{Environment.NewLine}{unexpected}");
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000 + (20 * content.Length));
        }

        Assert.True(restored > count / 100 && refused > count / 10 && mismatches > 0, $"{restored} restored, {refused} refused, {mismatches} mismatches");
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        byte[] content = [.. original];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            switch (random.Next(4))
            {
                case 0 when content.Length > 0:
                    content[random.Next(content.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    content = content[..random.Next(content.Length + 1)];
                    break;
                case 2 when content.Length >= 4:
                    int value = random.Next(4) switch { 0 => int.MaxValue, 1 => -1, 2 => random.Next(300), _ => random.Next() };
                    BinaryPrimitives.WriteInt32LittleEndian(content.AsSpan(random.Next(content.Length - 3)), value);
                    break;
                default:
                    content = [.. content[..random.Next(content.Length + 1)], .. original[random.Next(original.Length)..]];
                    break;
            }
        }

        return content;
    }
}
