/* The smallest image that signs, and with EMPTY the smallest image there is. What is signed comes from elsewhere, so that the difference between the two is
 * the library's code and no text of a request. */
#ifdef EMPTY

void _start(void);
void _start(void)
{
}

#else

#include <iotcred.h>

sigv4_request request;
sigv4_credentials credentials;
sigv4_signed made;

void _start(void);
void _start(void)
{
    sigv4_sign_request(&request, &credentials, NULL, &made);
}

#endif
