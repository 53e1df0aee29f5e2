using System.Text.Json;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace Ftte.Samples.Tests.TrainOnDevice;

public sealed class DataSetTests : IDisposable
{
    private readonly CommandRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("digits", "--augment")]
    [InlineData("mlp", "")]
    public async Task Mnist_trains_networks_on_images_and_on_vectors(string model, string more)
    {
        DataFiles.WriteMnist(_run.Folder, training: 40, test: 20, isPacked: true);
        Assert.Equal(0, await _run.InvokeAsync($"--model {model} --memory 4MiB --data {_run.Folder.Path} {more}"));
        JsonElement json = _run.ReadJson();
        Assert.Equal((40, 20), (json.GetProperty("trainingExamples").GetInt32(), json.GetProperty("heldOutExamples").GetInt32()));
        Assert.Equal("28x28x1", json.GetProperty("inputShape").GetString());
    }

    [Fact]
    public async Task Cifar10_trains_a_network_on_some_of_its_examples()
    {
        for (int batch = 1; batch <= 5; batch++)
        {
            DataFiles.WriteCifar10(_run.Folder.File($"data_batch_{batch}.bin"), examples: 2);
        }

        DataFiles.WriteCifar10(_run.Folder.File("test_batch.bin"), examples: 3);
        Assert.Equal(0, await _run.InvokeAsync($"--model cnn --memory 4MiB --augment --examples 8 --data {_run.Folder.Path}"));
        JsonElement json = _run.ReadJson();
        Assert.Equal((8, 3), (json.GetProperty("trainingExamples").GetInt32(), json.GetProperty("heldOutExamples").GetInt32()));
        Assert.Equal("CIFAR-10", json.GetProperty("data").GetString());
    }

    [Theory]
    [InlineData("resnet8", "images of MNIST's form has examples of 28x28x1, but resnet8 takes 32x32x3")]
    [InlineData("autoencoder", "images of MNIST's form has examples of 28x28x1, but autoencoder takes 640")]
    public async Task Data_of_another_shape_is_refused_with_both_shapes(string model, string reason)
    {
        DataFiles.WriteMnist(_run.Folder, training: 2, test: 2, isPacked: false);
        Assert.Equal(2, await _run.InvokeAsync($"--model {model} --memory 4MiB --data {_run.Folder.Path}"));
        _run.AssertOneErrorLine(reason);
    }

    [Fact]
    public async Task Data_with_damaged_files_is_refused_in_one_line()
    {
        DataFiles.WriteMnist(_run.Folder, training: 2, test: 2, isPacked: false);
        string labels = _run.Folder.File("train-labels-idx1-ubyte");
        await File.WriteAllBytesAsync(labels, (await File.ReadAllBytesAsync(labels))[..^1]);
        Assert.Equal(2, await _run.InvokeAsync($"--model digits --data {_run.Folder.Path}"));
        _run.AssertOneErrorLine(labels);
    }

    [Fact]
    public async Task Vectors_cannot_be_augmented()
    {
        Assert.Equal(2, await _run.InvokeAsync("--model mlp --memory 4MiB --augment"));
        _run.AssertOneErrorLine("--augment: the examples are vectors");
    }

    [Fact]
    public void Generated_examples_follow_from_the_seed_and_cover_every_class()
    {
        var shape = new ImageShape(8, 6, 3);
        var templates = new ClassTemplates(shape, 4, seed: 1);
        float[] first = new float[shape.Count], again = new float[shape.Count], other = new float[shape.Count];
        var examples = new GeneratedExamples(templates, shape, 40, seed: 2);
        Assert.Equal([0, 1, 2, 3], Enumerable.Range(0, examples.Count).Select(i => examples.CopyTo(i, first)).Distinct().Order());
        int label = examples.CopyTo(7, first);
        Assert.Equal(label, new GeneratedExamples(new ClassTemplates(shape, 4, seed: 1), shape, 40, seed: 2).CopyTo(7, again));
        Assert.Equal(first, again);
        new GeneratedExamples(templates, shape, 40, seed: 3).CopyTo(7, other);
        Assert.NotEqual(first, other);
        Assert.All(first, value => Assert.InRange(value, -10, 10));
    }
}
