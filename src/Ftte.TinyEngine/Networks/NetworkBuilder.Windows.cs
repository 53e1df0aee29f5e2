using Ftte.TinyEngine.Kernels;

namespace Ftte.TinyEngine;

public sealed partial class NetworkBuilder
{
    private Value NewImage(string name, ConvolutionShape shape)
    {
        Shape = new ImageShape(shape.OutputHeight, shape.OutputWidth, shape.Filters);
        return NewValue(name);
    }

    private Value NewImage(string name, int height, int width)
    {
        Shape = Shape with { Height = height, Width = width };
        return NewValue(name);
    }

    private ConvolutionShape Window(string name, int filters, Size kernel, Size stride, Size padding, int groups)
    {
        CheckWindow(name, "kernel", kernel, stride, padding);
        if ((Shape.Width + (2L * padding.Width)) * Math.Max(Shape.Channels, filters) > Array.MaxLength)
        {
            throw Wrong(name, $"has rows of {Shape.Width} columns, a padding of {padding} and {Math.Max(Shape.Channels, filters)} channels, which exceed {Array.MaxLength} values. Use smaller images or fewer channels");
        }

        return new ConvolutionShape(
            Shape.Height, Shape.Width, Shape.Channels, filters, kernel.Height, kernel.Width, stride.Height, stride.Width, padding.Height, padding.Width, groups);
    }

    private void CheckWindow(string name, string part, Size window, Size stride, Size padding)
    {
        CheckPositive(name, $"{part} rows and columns", Math.Min(window.Height, window.Width));
        CheckPositive(name, "rows and columns of stride", Math.Min(stride.Height, stride.Width));
        if (padding.Height < 0 || padding.Width < 0 || padding.Height >= 1 << 16 || padding.Width >= 1 << 16)
        {
            throw Wrong(name, $"pads by {padding}. Specify a padding from 0 to 65535");
        }

        if (window.Height > Shape.Height + (2 * padding.Height) || window.Width > Shape.Width + (2 * padding.Width))
        {
            throw Wrong(name, $"has a {part} of {window}, which does not fit {Shape} with a padding of {padding}. Use a smaller {part} or more padding");
        }
    }

    private static void CheckPositive(string name, string part, int value)
    {
        if (value < 1)
        {
            throw Wrong(name, $"has {value} {part}. Specify at least one");
        }
    }
}
