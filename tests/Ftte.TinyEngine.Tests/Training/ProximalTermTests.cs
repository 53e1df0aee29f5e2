using CsCheck;
using Ftte.TinyEngine.Kernels;
using Ftte.TinyEngine.Memory;
using Ftte.TinyEngine.Tests.Kernels;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests;

/// <summary><see cref="SgdOptions.ProximalStrength"/> against the same formula in plain loops.</summary>
public class ProximalTermTests
{
    private const float Rate = 0.05f, Strength = 0.4f, Decay = 0.02f, Momentum = 0.5f;
    private static readonly Network Network = TestNetworks.All["residual"]();
    private static readonly float[] Start = TestNetworks.Parameters(Network, 3);

    // With one example, the gradient of a step has the bits of the gradient of the whole set.
    private static readonly IExampleSource Example = TestNetworks.Examples(Network, 1, 5);
    private static readonly IExampleSource Examples = TestNetworks.Examples(Network, 9, 5);

    [Fact]
    public unsafe void The_kernel_is_its_formula_at_every_length()
    {
        foreach (int count in (int[])[0, 1, 7, 8, 15, 16, 17, 33, 100])
        {
            using var memory = new GuardedMemory();
            float* w = memory.Random(count), anchor = memory.Random(count), gradient = memory.Random(count);
            float[] expected = [.. Enumerable.Range(0, count).Select(i => MathF.FusedMultiplyAdd(Strength, w[i] - anchor[i], gradient[i]))];
            SgdKernel.AddProximal(w, anchor, gradient, count, Strength);
            Assert.Equal(expected, new Span<float>(gradient, count).ToArray());
            memory.AssertGuards();
        }
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(Decay, 0, null)]
    [InlineData(Decay, Momentum, null)]
    [InlineData(Decay, Momentum, 1e9)]
    public void Any_selection_takes_the_steps_of_the_plain_formula(float decay, float momentum, double? clipNorm) =>
        Gen.Int[0, Start.Length - 1].Select(Gen.Int[1, 90], (start, length) => new ParameterRange(start, Math.Min(length, Start.Length - start))).Array[1, 6].Sample(
            ranges =>
            {
                ParameterSelection selection = Trainable(ParameterSelection.Create(Start.Length, ranges));
                var options = new SgdOptions
                {
                    BatchSize = 1,
                    Steps = 4,
                    LearningRate = Rate,
                    ClipRatio = null,
                    ProximalStrength = Strength,
                    WeightDecay = decay,
                    Momentum = momentum,
                    ClipNorm = clipNorm,
                };
                float[] trained = [.. Start];
                Network.Train(trained, Example, options, selection);
                Assert.Equal(Twin(selection, options), trained);
            },
            iter: 40);

    [Fact]
    public void Values_read_in_place_and_a_copy_of_them_give_the_same_bits_and_only_the_copy_takes_memory()
    {
        ParameterSelection selection = ParameterSelection.OfBlocks(Network.Layout, "c4.weight", "c4.bias", "fc.weight");
        var options = new SgdOptions { BatchSize = 4, Epochs = 3, ProximalStrength = Strength };
        float[] inPlace = [.. Start], copied = new float[selection.Count], expected = new float[selection.Count];
        Network.Train(inPlace, Examples, options, selection);
        selection.Gather(inPlace, expected);
        selection.Gather(Start, copied);
        using FrozenParameters frozen = FrozenParameters.Of(Start);
        Network.TrainSelected(frozen, copied, Examples, selection, options);
        Assert.Equal(expected, copied);

        var without = new SgdOptions { BatchSize = 4, Epochs = 3 };
        Assert.Equal(Network.Plan(selection, without).PeakBytes, Network.Plan(selection, options).PeakBytes);
        TrainingPlan copy = Network.Plan(selection, options, frozen: frozen);
        PlannedTensor received = Assert.Single(copy.Tensors, t => t.Name == "received");
        Assert.Equal((Tensor.RoundUp(4L * selection.Count), TensorRole.Resident), (received.Bytes, received.Role));
        Assert.Equal(Network.Plan(selection, without, frozen: frozen).PeakLiveBytes + received.Bytes, copy.PeakLiveBytes);
    }

    [Fact]
    public void A_plan_with_a_copy_never_exceeds_its_profile() =>
        (from network in RandomNetworks.Network
         from batchSize in Gen.Int[1, 8]
         let frozen = FrozenParameters.Of(network.Initialize(1))
         let options = new SgdOptions { BatchSize = batchSize, ProximalStrength = Strength }
         let profile = network.Profile(options, frozen: frozen)
         from choices in RandomNetworks.Choices(profile)
         select (network, frozen, options, profile, choices))
        .Sample(
            s =>
            {
                TrainingPlan plan = s.network.Plan(RandomNetworks.Select(s.profile, s.choices), s.options, frozen: s.frozen);
                Assert.InRange(plan.PeakLiveBytes, 0, Ftte.Selection.MemoryTimeline.Compute(s.profile, s.choices).PeakBytes);
            },
            iter: 60);

    [Fact]
    public async Task A_device_stays_closer_to_the_received_model_the_stronger_the_term()
    {
        double[] distances = [await Distance(0), await Distance(0.5f), await Distance(5)];
        Assert.True(distances[0] > distances[1] && distances[1] > distances[2] && distances[2] > 0, string.Join(", ", distances));

        static async Task<double> Distance(float strength)
        {
            using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { BatchSize = 3, Epochs = 10, ProximalStrength = strength });
            using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Network.Trainable), Start);
            return update.Moments.Norm;
        }
    }

    [Fact]
    public async Task Every_thread_count_and_micro_batch_gives_the_same_bits()
    {
        float[] expected = await Train(new EngineOptions());
        Assert.Equal(expected, await Train(new EngineOptions { Threads = 3 }));
        Assert.Equal(expected, await Train(new EngineOptions { MicroBatchSize = 2 }));

        static async Task<float[]> Train(EngineOptions engine)
        {
            using var trainer = new LocalTrainer(Network, Examples, new SgdOptions { BatchSize = 4, ProximalStrength = Strength }, engine: engine);
            using SparseUpdate update = await trainer.TrainAsync(TestData.Assign(Network, Network.Trainable), Start);
            return update.Values.ToArray();
        }
    }

    [Fact]
    public void A_strength_that_overshoots_is_refused_by_name()
    {
        foreach (float strength in (float[])[-1, float.NaN, float.PositiveInfinity, 9])
        {
            var options = new SgdOptions { LearningRate = 0.1f, WeightDecay = 1, ProximalStrength = strength };
            Assert.Equal(nameof(SgdOptions.ProximalStrength), Assert.Throws<ArgumentOutOfRangeException>(options.Validate).ParamName);
        }
    }

    private static ParameterSelection Trainable(ParameterSelection selection) =>
        ParameterSelection.Create(Start.Length, Enumerable.Range(0, Start.Length).Where(i => selection.Contains(i) && Network.Trainable.Contains(i)).Select(i => new ParameterRange(i, 1)));

    private static float[] Twin(ParameterSelection selection, SgdOptions options)
    {
        float[] w = [.. Start], velocity = new float[w.Length];
        for (int step = 0; step < options.Steps; step++)
        {
            float[] gradient = Network.Gradient(w, Example);
            for (int i = 0; i < w.Length; i++)
            {
                if (selection.Contains(i))
                {
                    float slope = MathF.FusedMultiplyAdd(Strength, w[i] - Start[i], gradient[i]);
                    if (options.Momentum > 0)
                    {
                        velocity[i] = MathF.FusedMultiplyAdd(options.Momentum, velocity[i], MathF.FusedMultiplyAdd(options.WeightDecay, w[i], slope));
                        w[i] = MathF.FusedMultiplyAdd(-Rate, velocity[i], w[i]);
                    }
                    else
                    {
                        w[i] = MathF.FusedMultiplyAdd(-Rate, slope, w[i] * (1 - (Rate * options.WeightDecay)));
                    }
                }
            }
        }

        return w;
    }
}
