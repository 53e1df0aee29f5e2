namespace Ftte.TinyEngine.Tests;

/// <summary>Bits that every machine must produce, at every vector width: run the suite with instruction sets switched off to see it.</summary>
public class ReproducibilityTests
{
    private static readonly Network Network = Network.Build(70).Linear("fc1", 33).Relu().Linear("fc2", 21).Relu().Linear("fc3", 5).SoftmaxCrossEntropy();
    private static readonly ArrayExamples Examples = TestData.Clusters(123, 70, 5, 8);

    [Fact]
    public void Initial_parameters_have_the_golden_bits() => Assert.Equal("cd4dba1d07177c2d", TestData.Hash(Network.Initialize(2024)));

    [Fact]
    public void Training_everything_gives_the_golden_bits() => Assert.Equal("8bb9f73eb0497b7b", TestData.Hash(Train(ParameterSelection.Full(Network.Layout))));

    [Fact]
    public void Training_two_blocks_gives_the_golden_bits() =>
        Assert.Equal("8665fbda3f9707e0", TestData.Hash(Train(ParameterSelection.OfBlocks(Network.Layout, "fc2.weight", "fc3.bias"))));

    [Fact]
    public void Training_part_of_the_inputs_gives_the_golden_bits() =>
        Assert.Equal("5cf786a2a20af8d0", TestData.Hash(Train(ParameterSelection.Create(
            Network.Layout.ParameterCount, Network.Profile(16, [0.3]).Steps.Where(s => s.Choices.Length > 0).SelectMany(s => s.Choices[2].Ranges.AsEnumerable())))));

    [Fact]
    public void The_loss_has_the_golden_bits() =>
        Assert.Equal(4611027626852771688, BitConverter.DoubleToInt64Bits(Network.Evaluate(Network.Initialize(2024), Examples).Loss));

    [Fact]
    public void Trainers_on_many_threads_give_the_bits_of_one()
    {
        string expected = TestData.Hash(Train(ParameterSelection.Full(Network.Layout)));
        string[] actual = new string[8];
        Parallel.For(0, actual.Length, i => actual[i] = TestData.Hash(Train(ParameterSelection.Full(Network.Layout))));
        Assert.All(actual, hash => Assert.Equal(expected, hash));
    }

    private static float[] Train(ParameterSelection selection)
    {
        float[] parameters = Network.Initialize(2024);
        Network.Train(parameters, Examples, new SgdOptions { BatchSize = 16, Epochs = 3, LearningRate = 0.1f, ClipRatio = null, WeightDecay = 0.001f, Seed = 5 }, selection);
        return parameters;
    }
}
