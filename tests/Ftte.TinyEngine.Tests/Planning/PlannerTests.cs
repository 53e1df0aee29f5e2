using CsCheck;
using Ftte.Selection;

namespace Ftte.TinyEngine.Tests;

public class PlannerTests
{
    // What kernels may take to repack weights and the like, for layers as small as these.
    private const long Workspace = 220_000;

    private static readonly Network Mlp = Network.Build(784).Linear("fc1", 64).Relu().Linear("fc2", 10).SoftmaxCrossEntropy();

    /// <summary>What selectors count on is never less than what is then allocated, in any step.</summary>
    [Fact]
    public void The_profile_promises_at_least_what_the_plan_takes_in_every_step_of_random_networks() =>
        Sample(400, (profile, choices, plan) =>
        {
            MemoryTimeline timeline = MemoryTimeline.Compute(profile, choices);
            Assert.Equal(timeline.Cut, plan.Cut);
            for (int t = 0; t < plan.Steps.Length; t++)
            {
                Assert.InRange(plan.Steps[t].ForwardBytes, 0, timeline.Forward[t]);
                Assert.InRange(plan.Steps[t].BackwardBytes, 0, timeline.Backward[t]);
            }
        });

    [Fact]
    public void A_plan_counts_the_multiply_adds_of_its_choices() =>
        Sample(200, (profile, choices, plan) => Assert.Equal(profile.CountMultiplyAdds(choices), plan.MultiplyAdds));

    [Fact]
    public void What_frozen_layers_compute_is_counted_apart()
    {
        TrainingPlan head = Mlp.Plan(ParameterSelection.OfBlocks(Mlp.Layout, "fc2.weight", "fc2.bias"), batchSize: 8), all = Mlp.Plan(Mlp.Trainable, batchSize: 8);

        Assert.Equal((784 * 64, 0), (head.FrozenMultiplyAdds, all.FrozenMultiplyAdds));
        Assert.InRange(head.MultiplyAdds, (784 * 64) + (2 * 640), (784 * 64) + (2 * 640) + 10);
        Assert.InRange(all.MultiplyAdds, (2 * 784 * 64) + (3 * 640), (2 * 784 * 64) + (3 * 640) + 74);
    }

    [Fact]
    public void The_peak_of_a_plan_is_its_busiest_moment_and_what_lies_outside_the_arena() =>
        Sample(200, (_, _, plan) =>
        {
            long busiest = plan.Steps.Max(s => Math.Max(s.ForwardBytes, s.BackwardBytes));
            Assert.Equal(busiest, plan.ParameterBytes + plan.TrainedBytes + plan.PeakLiveBytes);
            Assert.InRange(plan.ArenaBytes, plan.PeakLiveBytes, plan.PeakLiveBytes + (plan.PeakLiveBytes / 4));
            Assert.Equal(plan.ArenaBytes, plan.Tensors.Max(t => t.Offset + t.Bytes));
        });

    [Fact]
    public void No_two_tensors_of_random_networks_share_memory_while_both_live() =>
        Sample(200, (_, _, plan) =>
        {
            foreach (PlannedTensor a in plan.Tensors)
            {
                Assert.InRange(a.Offset, 0, plan.ArenaBytes - a.Bytes);
                Assert.Equal(0, a.Offset % 64);
                Assert.DoesNotContain(plan.Tensors, b =>
                    a != b
                    && a.FirstMoment <= b.LastMoment && b.FirstMoment <= a.LastMoment
                    && a.Offset < b.Offset + b.Bytes && b.Offset < a.Offset + a.Bytes);
            }
        });

    [Fact]
    public void A_plan_for_one_layer_costs_what_a_hand_count_gives()
    {
        // Training only fc2 of 784-64-10 at batch 20: labels, and at the busiest moment fc1's output for all examples while one example runs through it.
        TrainingPlan plan = Mlp.Plan(ParameterSelection.OfBlocks(Mlp.Layout, "fc2.weight", "fc2.bias"), batchSize: 20);
        const long Labels = 128, Hidden = 20 * 64 * 4, Input = 784 * 4;
        Assert.Equal(2, plan.Cut);
        Assert.Equal(50_890 * 4, plan.ParameterBytes);
        Assert.Equal(650 * 4, plan.TrainedBytes);
        Assert.InRange(plan.ArenaBytes, Labels + Hidden + Input, Labels + Hidden + Input + 64 + Workspace);
        Assert.Equal(plan.ParameterBytes + plan.TrainedBytes + plan.ArenaBytes, plan.PeakBytes);
        Assert.Equal(0, plan.Steps[1].BackwardBytes);
    }

    [Fact]
    public void Training_everything_saves_the_input_of_every_layer_and_a_bit_per_ReLU()
    {
        TrainingPlan plan = Mlp.Plan(ParameterSelection.Full(Mlp.Layout), batchSize: 20);
        Assert.Equal(0, plan.Cut);
        Assert.Equal(
            [("input", 20L * 784 * 4), ("fc1", 20 * 64 * 4), ("fc1.relu.mask", 192)],
            plan.Tensors.Where(t => t.Role == TensorRole.Saved).Select(t => (t.Name, t.Bytes)));
        // Weights and gradients, batch, inputs of both layers (fc1's output and ReLU's), gradients of two neighbours; labels.
        Assert.Equal((2 * 4 * 50_890) + (20 * ((4 * (784 + 64 + 10 + 64 + 64)) + 4)), plan.EagerBytes);
    }

    [Fact]
    public void Training_a_bias_alone_saves_no_input()
    {
        TrainingProfile profile = Mlp.Profile(20);
        TrainingStep fc2 = profile.Steps[2];
        Assert.Equal(["bias", "weight", "weight, bias"], fc2.Choices.Select(c => c.Name));
        Assert.Equal([0, 5120, 5120], fc2.Choices.Select(c => c.SavedBytes));
        Assert.Equal([40, 2560, 2600], fc2.Choices.Select(c => c.PersistentBytes));
        Assert.Equal([0, 640, 640], fc2.Choices.Select(c => c.MultiplyAdds));
        Assert.Equal(192, profile.Steps[1].PassThroughSavedBytes);
        Assert.Equal((50_890 * 4) + 128, profile.ResidentBytes);
    }

    [Fact]
    public void A_share_of_the_inputs_saves_and_keeps_that_share()
    {
        TrainingChoice choice = Mlp.Profile(20, [0.25]).Steps[2].Choices[1];
        Assert.Equal("weight, 16 of 64 inputs", choice.Name);
        Assert.Equal(160, choice.ParameterCount);
        Assert.Equal(20 * 16 * 4, choice.SavedBytes);
        Assert.Equal(160 * 4, choice.PersistentBytes);
    }

    [Fact]
    public void Nothing_selected_plans_a_forward_pass_only()
    {
        TrainingPlan plan = Mlp.Plan(ParameterSelection.Create(Mlp.Layout.ParameterCount, []), batchSize: 4);
        Assert.Equal(plan.Steps.Length, plan.Cut);
        Assert.All(plan.Steps, s => Assert.Equal(0, s.BackwardBytes));
        Assert.Equal(0, plan.TrainedBytes);
    }

    [Fact]
    public void Planning_less_takes_less_than_an_eager_framework()
    {
        // A wide network at a large batch: activations dominate, and only the last layer is trained.
        Network network = Network.Build(64).Linear("a", 512).Relu().Linear("b", 512).Relu().Linear("c", 512).Relu().Linear("d", 10).SoftmaxCrossEntropy();
        TrainingPlan plan = network.Plan(ParameterSelection.OfBlocks(network.Layout, "d.weight", "d.bias"), batchSize: 256);
        Assert.True(plan.PeakBytes < plan.EagerBytes / 2, plan.ToString());
    }

    [Fact]
    public void A_selection_of_another_layout_is_refused() =>
        Assert.Throws<ArgumentException>(() => Mlp.Plan(ParameterSelection.Create(7, []), 20));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_batch_size_that_cannot_be_is_refused_before_anything_is_allocated(int batchSize)
    {
        Assert.ThrowsAny<ArgumentException>(() => Mlp.Profile(batchSize));
        Assert.ThrowsAny<ArgumentException>(() => Mlp.Plan(ParameterSelection.Full(Mlp.Layout), batchSize));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1.01)]
    [InlineData(double.NaN)]
    public void A_share_outside_0_to_1_is_refused(double share) => Assert.Throws<ArgumentException>(() => Mlp.Profile(20, [share]));

    private static void Sample(int count, Action<TrainingProfile, int[], TrainingPlan> check) =>
        (from network in RandomNetworks.Network
         from batchSize in RandomNetworks.BatchSize
         from engine in RandomNetworks.Engine
         from momentum in Gen.Bool
         let options = new SgdOptions { BatchSize = batchSize, Momentum = momentum ? 0.9f : 0 }
         let profile = network.Profile(options, engine, RandomNetworks.Shares)
         from choices in RandomNetworks.Choices(profile)
         select (network, options, engine, profile, choices))
        .Sample(
            s => check(s.profile, s.choices, s.network.Plan(RandomNetworks.Select(s.profile, s.choices), s.options, s.engine)),
            iter: count,
            print: s => $"{s.network}, batch {s.options.BatchSize}, micro {s.engine.MicroBatchSize}, prefix {s.engine.PrefixExamples}, choices {string.Join(' ', s.choices)}");
}
