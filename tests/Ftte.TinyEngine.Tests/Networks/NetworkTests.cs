namespace Ftte.TinyEngine.Tests;

public class NetworkTests
{
    [Fact]
    public void The_layout_names_each_layers_weight_and_bias()
    {
        Network network = Network.Build(inputs: 784).Linear("fc1", 64).Relu().Linear("fc2", 10).SoftmaxCrossEntropy();
        Assert.Equal(
            ["fc1.weight [784, 64] at [0, 50176)", "fc1.bias [64] at [50176, 50240)", "fc2.weight [64, 10] at [50240, 50880)", "fc2.bias [10] at [50880, 50890)"],
            network.Layout.Blocks.Select(b => b.ToString()));
        Assert.Equal((784, 10), (network.InputLength, network.ClassCount));
        Assert.Equal(["fc1", "fc1.relu", "fc2", "loss"], network.Profile(1).Steps.Select(s => s.Name));
    }

    [Fact]
    public void Initial_weights_have_the_variance_that_keeps_signals_alive()
    {
        Network network = Network.Build(400).Linear("fc1", 100).Relu().Linear("fc2", 50).SoftmaxCrossEntropy();
        float[] parameters = network.Initialize(7);
        Assert.Equal(2.0 / 400, Variance("fc1.weight"), 2e-4);
        Assert.Equal(1.0 / 100, Variance("fc2.weight"), 5e-4);
        Assert.Equal(0, Variance("fc1.bias"));
        Assert.Equal(parameters, network.Initialize(7));
        Assert.NotEqual(parameters, network.Initialize(8));

        double Variance(string block)
        {
            ParameterRange range = network.Layout[block].Range;
            UpdateMoments moments = UpdateMoments.Measure(parameters.AsSpan(range.Start, range.Length));
            Assert.Equal(0, moments.Mean, 2e-3);
            return moments.Variance;
        }
    }

    [Fact]
    public void A_layer_without_outputs_is_named() =>
        AssertMessage("Layer 'fc2' has 0 outputs. Specify at least one.", () => Network.Build(4).Linear("fc1", 3).Linear("fc2", 0));

    [Fact]
    public void A_layer_too_large_for_any_array_is_named() =>
        AssertMessage("With the 10000100000 parameters of layer 'huge' the network would have", () => Network.Build(4).Linear("wide", 100_000).Linear("huge", 100_000));

    [Fact]
    public void A_name_used_twice_is_named() =>
        AssertMessage("Two layers are named 'fc'. Give every layer a unique name.", () => Network.Build(4).Linear("fc", 3).Linear("fc", 3));

    [Fact]
    public void A_loss_over_one_class_is_refused() =>
        AssertMessage("Layer 'loss' takes a vector with a value per class, at least two, but its input is 1.", () => Network.Build(4).Linear("fc", 1).SoftmaxCrossEntropy());

    [Fact]
    public void A_network_without_parameters_is_refused() =>
        AssertMessage("No layer before 'loss' has parameters", () => Network.Build(4).Relu().SoftmaxCrossEntropy());

    [Fact]
    public void A_linear_layer_on_an_image_is_an_error_that_names_the_missing_layer() =>
        AssertMessage("Layer 'fc' takes a vector, but its input is 4x4x2. Add Flatten", () => Network.Build(4, 4, 2).Linear("fc", 3));

    [Fact]
    public void A_kernel_larger_than_the_image_is_named() =>
        AssertMessage("Layer 'c' has a kernel of 7x7, which does not fit 4x4x2 with a padding of 1x1.", () => Network.Build(4, 4, 2).Conv("c", 3, kernel: 7, padding: 1));

    [Fact]
    public void Groups_that_do_not_divide_are_named() =>
        AssertMessage("Layer 'c' has 3 groups, which do not divide 4 channels", () => Network.Build(4, 4, 4).Conv("c", 6, kernel: 1, groups: 3));

    [Fact]
    public void Branches_of_different_shapes_are_named() =>
        AssertMessage("Layer 'sum' adds branches of 4x4x2 and 4x4x3", () => Network.Build(4, 4, 2).Add("sum", x => x, x => x.Conv("c", 3, kernel: 1)));

    [Fact]
    public void Two_identities_are_refused() =>
        AssertMessage("Layer 'sum' has two identical branches", () => Network.Build(4, 4, 2).Add("sum", x => x, x => x));

    [Fact]
    public void A_layer_that_nothing_reads_is_named() =>
        AssertMessage("No layer reads the output of layer 'lost'", () =>
        {
            NetworkBuilder? lost = null;
            NetworkBuilder trunk = Network.Build(4, 4, 2).Add("sum", x => x, x =>
            {
                lost = x;
                return x.Conv("b", 2, kernel: 1);
            });
            lost!.Conv("lost", 2, kernel: 1);
            trunk.GlobalAveragePool().Linear("fc", 2).SoftmaxCrossEntropy();
        });

    [Fact]
    public void A_pooling_window_and_a_normalisation_group_that_do_not_fit_are_named()
    {
        AssertMessage("Layer 'input.maxpool' has a window of 5x5", () => Network.Build(4, 4, 2).MaxPool(5));
        AssertMessage("Layer 'gn' has 3 groups, which do not divide 4 channels", () => Network.Build(4, 4, 4).GroupNorm("gn", 3));
        AssertMessage("Layer 'input.dropout' has a dropout rate of 1", () => Network.Build(4).Dropout(1));
    }

    [Fact]
    public void Vector_targets_are_asked_for_by_the_loss()
    {
        Network network = Network.Build(4).Linear("fc", 4).MeanSquaredError();
        AssertMessage("Loss 'loss' compares 4 outputs with a target", () => network.Evaluate(network.Initialize(1), TestData.Examples(3, 4, 2, 1)));
    }

    [Fact]
    public void A_blank_name_is_refused() => Assert.Throws<ArgumentException>(() => Network.Build(4).Linear(" ", 3));

    [Fact]
    public void A_network_needs_inputs() => Assert.Throws<ArgumentOutOfRangeException>(() => Network.Build(0));

    [Fact]
    public void A_completed_network_takes_no_more_layers()
    {
        NetworkBuilder builder = Network.Build(4).Linear("fc", 3);
        builder.SoftmaxCrossEntropy();
        Assert.Contains("'more' cannot follow the loss 'loss'", Assert.Throws<InvalidOperationException>(() => builder.Linear("more", 3)).Message, StringComparison.Ordinal);
    }

    private static void AssertMessage(string start, Action build) => Assert.StartsWith(start, Assert.Throws<ArgumentException>(build).Message, StringComparison.Ordinal);
}
