using Ftte.TinyEngine;

namespace ZooLearning.Data;

/// <summary>Enlarges the images of CIFAR-10 by an integer factor, for networks with larger inputs.</summary>
/// <param name="source">The images of 32 x 32 pixels.</param>
/// <param name="factor">The factor.</param>
/// <param name="classOf">Maps a label to the label that is learned.</param>
internal sealed class EnlargedExamples(Cifar10Examples source, int factor, Func<int, int> classOf) : IExampleSource
{
    private const int Side = Cifar10Examples.Side, Channels = Cifar10Examples.Channels;

    public int Count => source.Count;

    public int InputLength => source.InputLength * factor * factor;

    public int CopyTo(int index, Span<float> input)
    {
        Span<float> image = stackalloc float[Side * Side * Channels];
        int label = source.CopyTo(index, image);
        int side = Side * factor;
        for (int row = 0; row < side; row++)
        {
            for (int column = 0; column < side; column++)
            {
                image.Slice((((row / factor) * Side) + (column / factor)) * Channels, Channels).CopyTo(input[(((row * side) + column) * Channels)..]);
            }
        }

        return classOf(label);
    }
}
