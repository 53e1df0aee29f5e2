namespace Ftte.TinyEngine.Tests;

public class RecordedRunTests
{
    public static TheoryData<string> Recordings => new(RecordedRun.Names);

    [Fact]
    public void There_is_a_recording_of_every_model_and_of_training_the_last_third_of_the_residual_ones() => Assert.Equal(
        ["cnn", "dscnn", "mobilenetv2-0.35", "mobilenetv2-0.35-last-third", "resnet8", "resnet8-last-third"],
        RecordedRun.Names);

    [Theory]
    [MemberData(nameof(Recordings))]
    public void A_recording_has_ten_finite_losses_that_change_and_that_float64_confirms(string name)
    {
        RecordedRun run = RecordedRun.Load(name);
        Assert.Equal(name, run.Name);
        Assert.Equal((10, 10), (run.Losses.Length, run.Losses64.Length));
        Assert.All(run.Losses.Concat(run.Losses64), loss => Assert.True(double.IsFinite(loss)));
        Assert.All(run.Losses.Zip(run.Losses.Skip(1)), pair => Assert.True(Math.Abs(pair.First - pair.Second) > 1e-3));
        Assert.All(run.Losses.Zip(run.Losses64), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void The_formulas_give_the_tensors_inputs_and_labels_that_the_run_started_from(string name)
    {
        RecordedRun run = RecordedRun.Load(name);
        Assert.All(run.Tensors, tensor => Assert.Equal(tensor.Checksum, TestData.Hash(run.Start(tensor))));
        Assert.All(run.InputChecksums, (checksum, step) => Assert.Equal(checksum, TestData.Hash(run.Inputs(step))));
        Assert.All(run.Labels, (labels, step) => Assert.Equal(labels, run.LabelsByFormula(step)));
        Assert.Equal(10, run.Labels.Length);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Every_trained_tensor_changed_by_far_more_than_rounding(string name)
    {
        RecordedRun run = RecordedRun.Load(name);
        string[] parameters = [.. run.Tensors.Where(t => !t.Kind.Contains("running", StringComparison.Ordinal)).Select(t => t.Name)];
        Assert.Equal(run.Name == run.Model ? parameters : parameters[^run.Trained.Length..], run.Trained.Select(t => t.Name));
        Assert.All(run.Trained, t =>
        {
            Assert.Equal(t.Change64, t.Change, 0.02 * t.Change64);
            Assert.Equal(t.SumOfSquares64, t.SumOfSquares, 1e-5 * t.SumOfSquares64);
            Assert.True(t.Change64 > 50 * t.Farthest64, $"{t.Name}: {t.Change64} and {t.Farthest64}");
        });
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void A_tensors_sampled_values_are_as_far_from_its_start_as_its_change_allows(string name)
    {
        RecordedRun run = RecordedRun.Load(name);
        Assert.All(run.Trained, t =>
        {
            float[] start = run.Start(t.Tensor);
            Assert.True(t.Indices.Distinct().Count() == t.Values.Length && t.Indices[^1] < start.Length);
            Assert.InRange(Distance(t.Values.Select(v => (double)v), t.Indices.Select(i => (double)start[i])), double.Epsilon, 1.0001 * t.Change);
            Assert.InRange(Distance(t.Values64, t.Values.Select(v => (double)v)), 0, 1.001 * t.Distance64);
        });

        static double Distance(IEnumerable<double> a, IEnumerable<double> b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
    }

    [Fact]
    public void Channels_move_last_and_back()
    {
        float[] values = [1, 2, 3, 10, 20, 30, 4, 5, 6, 40, 50, 60];
        float[] moved = RecordedRun.ToChannelsLast(values, channels: 2, positions: 3);
        Assert.Equal([1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60], moved);
        Assert.Equal(values, RecordedRun.ToTorchOrder(moved, channels: 2, positions: 3));
    }
}
