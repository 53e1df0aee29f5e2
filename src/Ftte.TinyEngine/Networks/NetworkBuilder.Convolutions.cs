using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

public sealed partial class NetworkBuilder
{
    /// <summary>Adds a linear layer: y = x * W + b, with blocks <c>name.weight</c> of shape [inputs, outputs] and <c>name.bias</c> of shape [outputs].</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="outputs">The number of output values per example, at least 1.</param>
    /// <param name="bias">True to add a bias.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">
    /// The name is blank or taken, the number of outputs is not positive, the input is an image, or the network's parameters would exceed the largest array.
    /// </exception>
    public NetworkBuilder Linear(string name, int outputs, bool bias = true)
    {
        _graph.Claim(name);
        CheckPositive(name, "outputs", outputs);
        if (Shape.Pixels > 1)
        {
            throw Wrong(name, $"takes a vector, but its input is {Shape}. Add Flatten or a global pool before it");
        }

        int inputs = Shape.Channels;
        _graph.Count(name, ((long)inputs * outputs) + (bias ? outputs : 0));
        ImageShape image = _image ?? Shape;
        Shape = new ImageShape(1, 1, outputs);
        return Append(new Convolution(name, _value, NewValue(name), ConvolutionShape.Linear(inputs, outputs), bias)
        {
            WeightShape = [inputs, outputs],
            WeightView = image.Pixels > 1 ? [image.Height, image.Width, image.Channels, outputs] : [inputs, outputs],
            WeightFileShape = [outputs, inputs],
        });
    }

    /// <summary>Adds a convolution, with blocks <c>name.weight</c> of shape [kernel rows, kernel columns, channels per group, filters] and <c>name.bias</c>.</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="filters">The number of output channels, at least 1.</param>
    /// <param name="kernel">The kernel's height and width.</param>
    /// <param name="stride">The step between outputs; 1 if not specified.</param>
    /// <param name="padding">The rows above and below, and columns left and right, of zeros.</param>
    /// <param name="groups">The number of groups of channels and filters; the filters of a group read only the channels of that group.</param>
    /// <param name="bias">True to add a bias; not necessary before a normalization.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, a size is out of range, the kernel does not fit the image, or the groups do not divide the channels.</exception>
    public NetworkBuilder Conv(string name, int filters, Size kernel, Size? stride = null, Size padding = default, int groups = 1, bool bias = true)
    {
        _graph.Claim(name);
        CheckPositive(name, "filters", filters);
        CheckPositive(name, "groups", groups);
        if (Shape.Channels % groups != 0 || filters % groups != 0)
        {
            throw Wrong(name, $"has {groups} groups, which do not divide {Shape.Channels} channels and {filters} filters. Specify a divisor of both");
        }

        ConvolutionShape shape = Window(name, filters, kernel, stride ?? 1, padding, groups);
        if (groups > 1 && groups == Shape.Channels && filters == groups)
        {
            return AppendDepthwise(name, shape, bias);
        }

        _graph.Count(name, ((long)shape.WeightRows * filters) + (bias ? filters : 0));
        int[] weights = [kernel.Height, kernel.Width, shape.GroupChannels, filters];
        return Append(new Convolution(name, _value, NewImage(name, shape), shape, bias)
        {
            WeightShape = weights,
            WeightView = weights,
            WeightFileShape = [filters, shape.GroupChannels, kernel.Height, kernel.Width],
        });
    }

    /// <summary>Adds a convolution along a sequence, an image of height 1, with a weight of shape [kernel, channels, filters].</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="filters">The number of output channels, at least 1.</param>
    /// <param name="kernel">The kernel's length.</param>
    /// <param name="stride">The step between outputs.</param>
    /// <param name="padding">The number of zeros before and after.</param>
    /// <param name="bias">True to add a bias.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, a size is out of range, the input is an image, or the kernel does not fit.</exception>
    public NetworkBuilder Conv1D(string name, int filters, int kernel, int stride = 1, int padding = 0, bool bias = true)
    {
        _graph.Claim(name);
        CheckPositive(name, "filters", filters);
        if (Shape.Height > 1)
        {
            throw Wrong(name, $"takes a sequence of height 1, but its input is {Shape}. Use Conv for images");
        }

        ConvolutionShape shape = Window(name, filters, (1, kernel), (1, stride), (0, padding), groups: 1);
        _graph.Count(name, ((long)shape.WeightRows * filters) + (bias ? filters : 0));
        int[] weights = [kernel, Shape.Channels, filters];
        int[] file = [filters, Shape.Channels, kernel];
        return Append(new Convolution(name, _value, NewImage(name, shape), shape, bias) { WeightShape = weights, WeightView = weights, WeightFileShape = file });
    }

    /// <summary>Adds a depthwise convolution: each channel has its own kernel. The weight has shape [kernel rows, kernel columns, 1, channels].</summary>
    /// <param name="name">The layer's name, unique in the network.</param>
    /// <param name="kernel">The kernel's height and width.</param>
    /// <param name="stride">The step between outputs; 1 if not specified.</param>
    /// <param name="padding">The rows above and below, and columns left and right, of zeros.</param>
    /// <param name="bias">True to add a bias.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is blank or taken, a size is out of range, or the kernel does not fit the image.</exception>
    public NetworkBuilder DepthwiseConv(string name, Size kernel, Size? stride = null, Size padding = default, bool bias = true)
    {
        _graph.Claim(name);
        return AppendDepthwise(name, Window(name, Shape.Channels, kernel, stride ?? 1, padding, Shape.Channels), bias);
    }

    private NetworkBuilder AppendDepthwise(string name, ConvolutionShape shape, bool bias)
    {
        _graph.Count(name, shape.WeightCount + (bias ? shape.Channels : 0L));
        return Append(new DepthwiseConvolution(name, _value, NewImage(name, shape), shape, bias));
    }
}
