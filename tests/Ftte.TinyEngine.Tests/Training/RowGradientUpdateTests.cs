namespace Ftte.TinyEngine.Tests;

/// <summary>Compares updates of large layers, whose gradient is applied part by part, with those from complete sums of gradients.</summary>
public class RowGradientUpdateTests
{
    private static readonly Network Linear = Network.Build(333).Linear("fc1", 170).Relu().Linear("fc2", 310).Relu().Linear("fc3", 5).SoftmaxCrossEntropy();

    private static readonly Network Images = Network.Build(5, 6, 3).Conv("conv1", 70, kernel: 3, padding: 1).Relu()
        .Conv("conv2", 83, kernel: 3, stride: 2, padding: 1).Relu().Conv("conv3", 300, kernel: 1).Relu().Flatten().Linear("fc", 5).SoftmaxCrossEntropy();

    [Theory]
    [InlineData(1, null)]
    [InlineData(4, null)]
    [InlineData(4, 0.5f)]
    [InlineData(4, 0.001f)]
    [InlineData(12, 0.001f)]
    public void Linear_layers_get_the_bits_of_accumulated_gradients(int batch, float? clip) => Check(Linear, batch, clip, selection: null);

    [Theory]
    [InlineData(null)]
    [InlineData(0.001f)]
    public void Convolutions_get_the_bits_of_accumulated_gradients(float? clip) => Check(Images, batch: 4, clip, selection: null);

    [Fact]
    public void Some_rows_get_the_bits_of_accumulated_gradients()
    {
        // Whole rows of fc1, which are dense in the packed vector, and parts of rows of fc2.
        int start = Linear.Layout.Blocks[0].Range.Start + (40 * 170);
        Check(Linear, batch: 4, clip: null, ParameterSelection.Create(Linear.Layout.ParameterCount, [new ParameterRange(start, 200 * 170)]));
        Check(Linear, batch: 4, clip: 0.001f, ParameterSelection.Create(Linear.Layout.ParameterCount, [new ParameterRange(start, 60_001)]));
    }

    private static void Check(Network network, int batch, float? clip, ParameterSelection? selection)
    {
        var examples = TestData.Clusters(3 * batch, network.InputLength, 5, 8);
        string expected = Train(network, examples, batch, clip, selection, threads: 1, accumulates: true);
        for (int threads = 1; threads <= 3; threads++)
        {
            Assert.Equal(expected, Train(network, examples, batch, clip, selection, threads, accumulates: false));
        }
    }

    private static string Train(Network network, IExampleSource examples, int batch, float? clip, ParameterSelection? selection, int threads, bool accumulates)
    {
        float[] parameters = network.Initialize(7);

        // A limit that no gradient reaches makes the engine sum up whole gradients.
        var options = new SgdOptions { BatchSize = batch, Epochs = 2, LearningRate = 0.05f, ClipRatio = clip, ClipNorm = accumulates ? 1e20 : null, WeightDecay = 0.001f, Seed = 5 };
        network.Train(parameters, examples, options, selection, new EngineOptions { Threads = threads });
        return TestData.Hash(parameters);
    }
}
