using System.Collections.Immutable;
using Ftte.Samples.Shared;
using Ftte.Simulation.Data;
using Ftte.Simulation.Randomness;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>Represents the digits of the server, of each device and of the test.</summary>
/// <param name="Public">The server's digits, on which it trains the base model.</param>
/// <param name="Devices">The digits of each device, which never leave it.</param>
/// <param name="Test">The digits of the test, which no device trains on.</param>
internal sealed record DigitData(IExampleSource Public, ImmutableArray<IExampleSource> Devices, IExampleSource Test)
{
    public const int Side = 28;
    public const int Classes = 10;

    private const int PublicDigits = 800, PublicWriters = 8, TestDigits = 2000;
    private const int MaxDigitsPerDevice = 150, MaxDigits = 90_000; // of all devices together, so that they fit into memory
    private const int MinMnistDigits = 5; // of a device
    private const double MnistAlpha = 0.3;
    private const int FirstTestImage = 1_000_000;
    private const ulong OwnStream = 3;

    /// <summary>Draws synthetic digits: every device belongs to another writer, and some hold three times as many digits as others.</summary>
    /// <param name="devices">The number of devices.</param>
    /// <param name="seed">The seed.</param>
    public static DigitData Synthesize(int devices, ulong seed)
    {
        Handwriting[] writers = [.. Enumerable.Range(0, PublicWriters + devices).Select(writer => new Handwriting(seed, writer))];
        Handwriting[] owners = writers[PublicWriters..];
        return new DigitData(
            Draw(PublicDigits, i => (writers[i % PublicWriters], i / PublicWriters % Classes)),
            [.. owners.Select((owner, device) => DrawOwn(owner, Math.Min(MaxDigitsPerDevice, MaxDigits / devices), new SeededRandom(seed, OwnStream, (ulong)device)))],
            Draw(TestDigits, i => (owners[i % devices], (i + (i / devices)) % Classes), FirstTestImage));
    }

    /// <summary>Reads MNIST: the server has the first digits, and the devices share the others, each with its own mix of classes.</summary>
    /// <param name="folder">The folder with the four files.</param>
    /// <param name="devices">The number of devices.</param>
    /// <param name="seed">The seed of the division.</param>
    /// <exception cref="InputException">A file is missing, damaged or too small.</exception>
    public static DigitData ReadMnist(string folder, int devices, ulong seed)
    {
        IdxExamples training = MnistFolder.Read(folder, "train"), test = MnistFolder.Read(folder, "t10k");
        int needed = PublicDigits + (devices * MinMnistDigits);
        if (training.Count < needed)
        {
            throw new InputException($"--mnist '{folder}': it has {training.Count} training digits, but {devices} devices need {needed}; specify fewer devices or the complete MNIST.");
        }

        IdxExamples own = training.Subset([.. Enumerable.Range(PublicDigits, training.Count - PublicDigits)]);
        byte[] labels = [.. Enumerable.Range(0, own.Count).Select(i => (byte)own.LabelOf(i))];
        int[][] parts = DataSplit.Dirichlet(labels, DataSplit.EqualSizes(labels.Length, devices), MnistAlpha, seed);
        return new DigitData(training.Subset([.. Enumerable.Range(0, PublicDigits)]), [.. parts.Select(part => own.Subset(part))], test);
    }

    private static ArrayExamples DrawOwn(Handwriting owner, int max, SeededRandom random)
    {
        int[] digits = new int[(int)(max * random.NextSingle(1 / 3f, 1))];
        for (int i = 0; i < digits.Length; i++)
        {
            digits[i] = owner.NextDigit(ref random);
        }

        return Draw(digits.Length, i => (owner, digits[i]));
    }

    private static ArrayExamples Draw(int count, Func<int, (Handwriting Writer, int Digit)> choose, int firstImage = 0)
    {
        float[] images = new float[count * Side * Side];
        int[] labels = new int[count];
        Parallel.For(0, count, i =>
        {
            (Handwriting writer, labels[i]) = choose(i);
            writer.Draw(labels[i], firstImage + i, images.AsSpan(i * Side * Side, Side * Side));
        });
        return new ArrayExamples(images, labels, Side * Side);
    }
}
