namespace Ftte.TinyEngine.Tests.Execution;

/// <summary>Trains layers of every kind that workers share, with more threads than the machine has processors. Repeats 100 times with FTTE_LONG=1 in the environment.</summary>
public class SharedLayerTests
{
    // Weights that are used in blocks, with and without stride; few filters; depthwise and pointwise convolutions; and linear layers of odd sizes.
    private static readonly Network Network = Network.Build(9, 7, 3)
        .Conv("conv1", 70, kernel: 3, padding: 1).BatchNorm("bn1").Relu()
        .Conv("conv2", 83, kernel: 3, stride: 2, padding: 1).Relu()
        .DepthwiseConv("depthwise", kernel: 3, padding: 1).BatchNorm("bn2").Relu6()
        .Conv("pointwise", 130, kernel: 1).Relu()
        .Conv("conv3", 70, kernel: 3, padding: 1).Relu().Conv("conv4", 16, kernel: 3).Relu()
        .Flatten().Linear("fc1", 333).Relu().Linear("fc2", 170).Relu().Linear("fc3", 5).SoftmaxCrossEntropy();

    [Theory]
    [InlineData(1, null)]
    [InlineData(5, null)]
    [InlineData(5, 0.01f)]
    public void Layers_have_the_same_bits_with_1_to_16_threads(int batch, float? clip)
    {
        string expected = Train(batch, clip, threads: 1);
        int rounds = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 100 : 1;
        Watchdog.Run(progress =>
        {
            for (int i = 0; i < rounds; i++)
            {
                for (int threads = 2; threads <= 16; threads++)
                {
                    Assert.Equal(expected, Train(batch, clip, threads));
                    progress();
                }
            }
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Layers_have_the_same_bits_with_every_micro_batch_size_and_several_threads(int threads)
    {
        string expected = Train(batch: 6, clip: null, threads: 1);
        foreach (int microBatch in (int[])[1, 2, 4, 6])
        {
            Assert.Equal(expected, Train(batch: 6, clip: null, threads, microBatch));
        }
    }

    private static string Train(int batch, float? clip, int threads, int? microBatch = null)
    {
        ArrayExamples examples = TestData.Examples(2 * batch, Network.InputLength, 5, seed: 4);
        float[] parameters = Network.Initialize(7);
        var options = new SgdOptions { BatchSize = batch, Epochs = 1, LearningRate = 0.01f, ClipRatio = clip, Seed = 5 };
        Network.Train(parameters, examples, options, engine: new EngineOptions { Threads = threads, MicroBatchSize = microBatch });
        return TestData.Hash(parameters);
    }
}
