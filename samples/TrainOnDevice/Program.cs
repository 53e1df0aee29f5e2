using Spectre.Console;
using TrainOnDevice;

return await TrainCommand.InvokeAsync(args, Run, Console.Out, Console.Error);

static int Run(TrainOptions options, CancellationToken cancellationToken)
{
    // Some build servers are taken for terminals; a file or a pipe never gets colours or moving bars.
    AnsiSupport colours = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect;
    IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = colours });
    if (Console.IsOutputRedirected)
    {
        console.Profile.Width = 240; // nothing breaks the lines of a log
    }

    return new Session(options, console, TimeProvider.System).Run(cancellationToken);
}
