using System.Buffers;
using CsCheck;
using Ftte.Wire;
using static Ftte.Tests.Wire.WireSamples;

namespace Ftte.Tests.Wire;

public sealed class CheckOutResponseMessageTests
{
    [Fact]
    public void An_assignment_and_its_parameters_survive_the_way_there_and_back() => Gen.Select(
        Gen.Select(Clients, Gen.ULong, Gen.ULong, Versions, Gen.Int[0, int.MaxValue]),
        Gen.Select(Selections, Gen.Int[0, 3], Gen.Enum<UpdateContent>(), Durations, Durations.Nullable()),
        Gen.Select(Gen.Enum<ValueFormat>(), Gen.ULong, Gen.Float[0.001f, 1000]))
        .Sample((a, b, c) =>
    {
        int count = b.Item1.ParameterCount;
        ParameterSelection refreshed = b.Item2 switch
        {
            0 => SampleSelection(count),
            1 => SampleSelection(count, (0, count)),
            2 => b.Item1.Union(SampleSelection(count, (count / 3, (count / 4) + 1))),
            _ => b.Item1,
        };
        var assignment = new TrainingAssignment(
            a.Item1, new UpdateId(a.Item2), a.Item3, a.Item4, new SelectionVersion(a.Item5), b.Item1, refreshed, b.Item3, b.Item4)
        { StepScale = c.Item3 };
        var answer = new CheckOutResponse(CheckOutOutcome.Assigned, assignment, b.Item5);
        float[] model = Values(count);
        byte[] message = Write(answer, model, c.Item1, c.Item2);

        Assert.Equal(CheckOutResponseMessage.GetLength(answer, c.Item1), message.Length);
        Assert.Equal(MessageKind.CheckOutResponse, WireMessage.Peek(message));
        float[] device = Values(count, seed: 2);
        float[] expected = [.. device];
        refreshed.Scatter(Expected(Pack(refreshed, model), c.Item1, c.Item2), expected);
        Assert.Equal(answer, CheckOutResponseMessage.Read(message, device));
        Assert.Equal(Bits(expected), Bits(device));
    });

    [Fact]
    public void A_refusal_survives_the_way_there_and_back() => Gen.Select(Gen.Enum<CheckOutOutcome>(), Durations.Nullable()).Where((outcome, _) =>
        outcome is not (CheckOutOutcome.None or CheckOutOutcome.Assigned)).Sample((outcome, retryAfter) =>
    {
        var answer = new CheckOutResponse(outcome, null, retryAfter);
        byte[] message = Write(answer, [], ValueFormat.Int8);
        float[] device = [1f, 2f];
        Assert.Equal(CheckOutResponseMessage.GetLength(answer, ValueFormat.Int8), message.Length);
        Assert.Equal(answer, CheckOutResponseMessage.Read(message, device));
        Assert.Equal([1f, 2f], device);
    });

    [Fact]
    public void Every_length_in_every_format_arrives_where_it_belongs()
    {
        foreach (int length in Lengths.Where(l => l > 0))
        {
            foreach (ValueFormat format in Formats)
            {
                // Two ranges with a gap in front, between and behind, so that pieces of chunks and ranges do not coincide.
                ParameterSelection selection = SampleSelection(length + 5, (1, length / 2), ((length / 2) + 3, length - (length / 2)));
                float[] model = Values(length + 5);
                float[] device = new float[length + 5];
                float[] expected = new float[length + 5];
                selection.Scatter(Expected(Pack(selection, model), format, 1), expected);
                CheckOutResponseMessage.Read(Write(Assigned(selection, selection), model, format), device);
                Assert.Equal(Bits(expected), Bits(device));
            }
        }
    }

    [Fact]
    public void Refreshing_what_is_selected_costs_one_byte_and_both_are_one_object()
    {
        ParameterSelection selection = SampleSelection(1000, (3, 10), (20, 5));
        float[] model = Values(1000);
        CheckOutResponse same = Assigned(selection, selection);
        CheckOutResponse equal = Assigned(selection, SampleSelection(1000, (3, 10), (20, 5)));
        CheckOutResponse none = Assigned(selection, SampleSelection(1000));
        Assert.Equal(Write(same, model, ValueFormat.Float32), Write(equal, model, ValueFormat.Float32));
        Assert.Equal(1, CheckOutResponseMessage.GetLength(same, ValueFormat.Float32) - CheckOutResponseMessage.GetLength(none, ValueFormat.Float32) + 2 - (15 * 4));
        TrainingAssignment read = CheckOutResponseMessage.Read(Write(equal, model, ValueFormat.Float32), new float[1000]).Assignment!;
        Assert.Same(read.Selection, read.Refreshed);
    }

    [Fact]
    public void An_empty_selection_is_not_taken_for_the_same_again()
    {
        ParameterSelection selection = SampleSelection(9, (3, 2)), empty = SampleSelection(9);
        TrainingAssignment read = CheckOutResponseMessage.Read(Write(Assigned(selection, empty), new float[9], ValueFormat.Int8), new float[9]).Assignment!;
        Assert.Equal(selection, read.Selection);
        Assert.Equal(empty, read.Refreshed);
    }

    [Fact]
    public void A_model_that_is_not_finite_never_reaches_the_device()
    {
        ParameterSelection all = SampleSelection(300, (0, 300));
        foreach (ValueFormat format in Formats)
        {
            foreach (float bad in new[] { float.NaN, float.PositiveInfinity })
            {
                float[] model = Values(300);
                model[299] = bad;
                byte[] message = Write(Assigned(all, all), model, format);
                float[] device = new float[300];
                WireFormatException error = Assert.Throws<WireFormatException>(() => CheckOutResponseMessage.Read(message, device));
                Assert.Equal(WireError.BadValue, error.Reason);
                Assert.All(device, v => Assert.Equal(0, v));
            }
        }
    }

    [Fact]
    public void Answers_that_no_reader_would_take_are_refused_before_a_byte_is_written()
    {
        ParameterSelection all = SampleSelection(4, (0, 4));
        TrainingAssignment work = Assigned(all, all).Assignment!;
        CheckOutResponse[] bad =
        [
            default,
            new CheckOutResponse(CheckOutOutcome.Assigned),
            new CheckOutResponse((CheckOutOutcome)77),
            new CheckOutResponse(CheckOutOutcome.Busy, work),
            new CheckOutResponse(CheckOutOutcome.Busy, null, TimeSpan.FromTicks(-1)),
            new CheckOutResponse(CheckOutOutcome.Busy, null, WireMessage.MaxDuration + TimeSpan.FromTicks(1)),
            new CheckOutResponse(CheckOutOutcome.Assigned, work with { Client = default }),
            new CheckOutResponse(CheckOutOutcome.Assigned, work with { Content = (UpdateContent)9 }),
            new CheckOutResponse(CheckOutOutcome.Assigned, work with { LeaseDuration = TimeSpan.FromTicks(-1) }),
            new CheckOutResponse(CheckOutOutcome.Assigned, work with { LeaseDuration = TimeSpan.MaxValue }),
            new CheckOutResponse(CheckOutOutcome.Assigned, work with { StepScale = 0 }),
            new CheckOutResponse(CheckOutOutcome.Assigned, work with { StepScale = float.NaN }),
            new CheckOutResponse(CheckOutOutcome.Assigned, work with { Refreshed = SampleSelection(5, (0, 4)) }),
            new CheckOutResponse(CheckOutOutcome.Assigned, work with { Selection = SampleSelection(5, (0, 4)) }),
        ];
        foreach (CheckOutResponse answer in bad)
        {
            var buffer = new ArrayBufferWriter<byte>();
            Assert.ThrowsAny<ArgumentException>(() => CheckOutResponseMessage.Write(buffer, answer, new float[4], ValueFormat.Float32, 1));
            Assert.Equal(0, buffer.WrittenCount);
        }
    }

    [Fact]
    public void The_smallest_and_the_largest_values_of_an_assignment_arrive()
    {
        foreach (TimeSpan duration in new[] { TimeSpan.Zero, WireMessage.MaxDuration })
        {
            ParameterSelection all = SampleSelection(1, (0, 1));
            var assignment = new TrainingAssignment(new ClientId("a"), new UpdateId(0), 0, new ModelVersion(0), new SelectionVersion(0), all, all, UpdateContent.Difference, duration);
            var answer = new CheckOutResponse(CheckOutOutcome.Assigned, assignment, duration);
            Assert.Equal(answer, CheckOutResponseMessage.Read(Write(answer, [1f], ValueFormat.Float32), new float[1]));
        }
    }

    private static float[] Pack(ParameterSelection selection, float[] dense)
    {
        float[] packed = new float[selection.Count];
        selection.Gather(dense, packed);
        return packed;
    }
}
